package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.account.TrustedProfile;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** How an ID token for clusters is had, and what is looked at before anybody gets it. */
final class KubeTokenTest {
    private static final AccountName DEV = Bench.DEV;
    private static final TokenKey KUBE = new TokenKey(DEV, TokenKind.KUBE);

    /** The ways to an ID token. */
    enum Way {
        OWN_REFRESH_TOKEN,
        DELEGATED,
        API_KEY,
        TRUSTED_PROFILE
    }

    private static List<String> requestsOf(Way way) {
        return switch (way) {
            case OWN_REFRESH_TOKEN -> List.of("kube-refresh");
            case DELEGATED -> List.of("delegated_refresh_token", "delegated-refresh-token");
            case API_KEY -> List.of("kube-apikey");
            case TRUSTED_PROFILE -> List.of("kube-cr-token");
        };
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void mint_eachWay_takesTheFewestRequests(Way way) {
        Bench bench = ready(way);
        int before = bench.iam.requests().size();
        assertThat(mint(bench).left(bench.time)).isPositive();
        assertThat(bench.iam.requests().subList(before, bench.iam.requests().size()))
                .isEqualTo(requestsOf(way));
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void mint_anotherIssuer_isNotHandedOutAndBothAreNamed(Way way) {
        assertRefused(
                way,
                iam -> iam.issueAs("https://elsewhere.test/identity"),
                "account \"dev\": IAM's ID token for clusters names the issuer https://elsewhere.test/identity, and clusters"
                        + " take only https://iam.test/identity: check 'cloud' and 'endpoints.iam' of the account");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void mint_anotherAudience_isNotHandedOutAndBothAreNamed(Way way) {
        assertRefused(
                way,
                iam -> iam.issueFor(List.of("openshift", "console")),
                "account \"dev\": IAM's ID token for clusters is for the audience console, openshift, and clusters take only"
                        + " kube: check 'cloud' and 'endpoints.iam' of the account");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void mint_anotherAccount_isNotHandedOutAndBothAreNamed(Way way) {
        assertRefused(
                way,
                iam -> iam.answerForAccount("ffffffffffffffffffffffffffffffff"),
                "account \"dev\" has account-id 0123456789abcdef0123456789abcdef, and IAM answered for account"
                        + " ffffffffffffffffffffffffffffffff: correct account-id or use a login of that account");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void mint_tokenThatEndedByIamsOwnClock_isNotHandedOut(Way way) {
        assertRefused(
                way,
                iam -> iam.shiftIdTokens(Duration.ofHours(-2)),
                "IAM answered with an ID token for clusters that ended at");
    }

    @Test
    void mint_anotherIssuerThanTheDiscoveryDocumentSays_namesTheDocument() {
        assertRefused(
                Way.API_KEY,
                iam -> {
                    iam.tellIssuersAt("https://iam.test/identity/.well-known/openid-configuration");
                    iam.issueAs("https://elsewhere.test/identity");
                },
                "clusters take only https://iam.test/identity, as IAM's own discovery document"
                        + " https://iam.test/identity/.well-known/openid-configuration says: check 'cloud'");
    }

    @Test
    void mint_noIssuerAtAll_isNotHandedOut() {
        assertRefused(
                Way.API_KEY, iam -> iam.issueAs(null), "names no issuer, and clusters take only https://iam.test");
    }

    @Test
    void mint_noJwt_isNotHandedOut() {
        assertRefused(Way.API_KEY, ScriptedIam::opaqueIdTokens, "is no JWT, and clusters take only one that is");
    }

    @Test
    void mint_issuerOfSeveralLines_isShownOnOne() {
        Bench bench = ready(Way.API_KEY);
        bench.iam.issueAs("x\ny".repeat(300));
        assertThatThrownBy(() -> mint(bench)).hasMessageContaining("x y").hasMessageNotContaining("\n");
        assertThatThrownBy(() -> mint(bench))
                .satisfies(e -> assertThat(String.valueOf(e.getMessage())).hasSizeLessThan(500));
    }

    @Test
    void mint_issuersThatClustersTakeAreLongOrOfSeveralLines_areShownShortOnOne() {
        Bench bench = ready(Way.API_KEY);
        bench.iam.clustersTake(Set.of("https://x\n\u202e\u001b[2J".repeat(300)));
        assertThatThrownBy(() -> mint(bench))
                .isInstanceOf(RenewalFailure.IdentityMismatch.class)
                .satisfies(e -> assertThat(String.valueOf(e.getMessage()))
                        .hasSizeLessThan(600)
                        .doesNotContainPattern("[\\p{Cntrl}\u202e]"));
    }

    /** A discovery document that cannot be had must not keep anybody from his clusters. */
    @Test
    void mint_issuersUnknown_anyIsTaken() {
        Bench bench = ready(Way.API_KEY);
        bench.iam.clustersTake(Set.of());
        bench.iam.issueAs("https://elsewhere.test/identity");
        assertThat(mint(bench).left(bench.time)).isPositive();
    }

    /** The end is read by IAM's clock: a machine that is hours off still gets its tokens. */
    @Test
    void mint_iamsClockFarBehind_isHandedOut() {
        Bench bench = ready(Way.API_KEY);
        bench.iam.ahead(Duration.ofHours(-3));
        for (int i = 0; i < 9; i++) {
            bench.skew.read(bench.time.now().minus(Duration.ofHours(3)), bench.time.now(), bench.time.now());
        }
        assertThat(mint(bench).left(bench.time)).isPositive();
    }

    @Test
    void mint_refused_standsInStatusUntilItIsGoodAgain() {
        Bench bench = ready(Way.API_KEY);
        bench.iam.issueFor(List.of("console"));
        assertThatThrownBy(() -> mint(bench)).isInstanceOf(RenewalFailure.IdentityMismatch.class);
        AccountStatus.Failure shown = bench.tokens.status(DEV).lastFailure();
        assertThat(shown).isNotNull();
        assertThat(shown.cause()).hasMessageContaining("is for the audience console");
        bench.iam.issueFor(List.of("kube"));
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(mint(bench).left(bench.time)).isPositive();
    }

    /** One that is still good is served to its end, whatever comes after it. */
    @Test
    void renewal_refused_leavesTheTokenBeforeIt() {
        Bench bench = ready(Way.API_KEY);
        Token before = bench.kube(DEV);
        bench.iam.issueFor(List.of("console"));
        bench.time.advance(Duration.ofMinutes(45));
        assertThat(bench.kube(DEV).etag()).isEqualTo(before.etag());
    }

    @Test
    void ownRefreshToken_rotates_isUsedAtEachRenewal() {
        Bench bench = ready(Way.OWN_REFRESH_TOKEN);
        for (int i = 0; i < 3; i++) {
            mint(bench);
        }
        assertThat(bench.iam.count("kube-refresh")).isEqualTo(3);
        assertThat(bench.iam.count("delegated_refresh_token")).isEqualTo(1);
    }

    @Test
    void ownRefreshToken_refused_isDelegatedAnewAndNotTriedAgain() {
        Bench bench = ready(Way.OWN_REFRESH_TOKEN);
        bench.iam.refuseKubeRefreshes();
        assertThat(mint(bench).left(bench.time)).isPositive();
        mint(bench);
        assertThat(bench.iam.count("kube-refresh")).isEqualTo(1);
        assertThat(bench.iam.count("delegated-refresh-token")).isEqualTo(3);
    }

    /** What is wrong with the answers that one refresh token brings. */
    enum Lie {
        ENDED_BY_IAMS_CLOCK,
        OVER_ON_ARRIVAL;

        IssuedToken tell(IssuedToken good) {
            Claims claims = Objects.requireNonNull(good.claims());
            return switch (this) {
                case ENDED_BY_IAMS_CLOCK ->
                    new IssuedToken(
                            good.value(),
                            good.life(),
                            good.expiresAt(),
                            new Claims(
                                    claims.issuedAt(),
                                    Instant.EPOCH,
                                    claims.iamId(),
                                    claims.user(),
                                    claims.accountId(),
                                    claims.issuer(),
                                    List.copyOf(claims.audience()),
                                    Set.copyOf(claims.kubeAccounts())));
                case OVER_ON_ARRIVAL -> new IssuedToken(good.value(), Duration.ZERO, good.expiresAt(), claims);
            };
        }
    }

    /** The session delegates another one, so that clusters are reached whatever that one refresh token brings. */
    @ParameterizedTest
    @EnumSource(Lie.class)
    void ownRefreshToken_bringsATokenThatIsOver_isForgottenAndDelegatedAnew(Lie lie) {
        Bench bench = ready(Way.OWN_REFRESH_TOKEN);
        bench.iam.bendRefreshedIdTokens(lie::tell);
        int before = bench.iam.requests().size();
        assertThat(mint(bench).left(bench.time)).isPositive();
        assertThat(bench.iam.requests().subList(before, bench.iam.requests().size()))
                .containsExactly("kube-refresh", "delegated_refresh_token", "delegated-refresh-token");
    }

    @Test
    void ownRefreshToken_iamFails_isKept() {
        Bench bench = ready(Way.OWN_REFRESH_TOKEN);
        AtomicBoolean failing = new AtomicBoolean(true);
        bench.iam.failWith(() -> failing.get() ? new IamFailure.Retry("away", 503, null, null) : null);
        assertThatThrownBy(() -> mint(bench)).isInstanceOf(RenewalFailure.Transient.class);
        failing.set(false);
        bench.time.advance(Duration.ofMinutes(1));
        mint(bench);
        assertThat(bench.iam.count("delegated_refresh_token")).isEqualTo(1);
    }

    @Test
    void ownRefreshToken_anotherLogin_isNotUsedForIt() {
        Bench bench = ready(Way.OWN_REFRESH_TOKEN);
        bench.tokens.loginByPasscode(DEV, Secret.of("another"));
        mint(bench);
        assertThat(bench.iam.count("kube-refresh")).isZero();
    }

    @Test
    void ownRefreshToken_logout_isForgotten() {
        Bench bench = ready(Way.OWN_REFRESH_TOKEN);
        bench.tokens.logout(DEV);
        bench.tokens.loginByPasscode(DEV, Secret.of("another"));
        mint(bench);
        assertThat(bench.iam.count("kube-refresh")).isZero();
    }

    /** Accounts of one login do not bind its session to and fro for the sake of their clusters. */
    @Test
    void ownRefreshToken_eachAccountOfASharedLogin_hasItsOwn() {
        AccountName team = new AccountName("team-b");
        Account owner = Bench.byPasscode();
        Account shared = new Account(
                team,
                new Login.Shared(DEV, owner.login()),
                "ffffffffffffffffffffffffffffffff",
                Cloud.IBM_CLOUD,
                /* uaa= */ false);
        Bench bench = new Bench(owner, shared).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.time.settle();
        bench.kube(DEV);
        bench.kube(team);
        long bound = bench.iam.count("refresh_token");
        for (int i = 0; i < 3; i++) {
            renew(bench, DEV);
            renew(bench, team);
        }
        assertThat(bench.iam.count("kube-refresh")).isEqualTo(6);
        assertThat(bench.iam.count("refresh_token")).isEqualTo(bound);
    }

    private static void assertRefused(Way way, Consumer<ScriptedIam> lie, String message) {
        Bench bench = ready(way);
        Token before = bench.tokens.peek(KUBE);
        lie.accept(bench.iam);
        assertThatThrownBy(() -> mint(bench)).hasMessageContaining(message).hasMessageNotContaining("\n");
        assertThat(bench.tokens.peek(KUBE)).isSameAs(before);
    }

    /** An account whose next ID token comes that way. */
    private static Bench ready(Way way) {
        return switch (way) {
            case API_KEY -> new Bench(Bench.account(DEV, new Login.ApiKey(Bench.source("k")))).started();
            case TRUSTED_PROFILE ->
                new Bench(Bench.account(
                                DEV,
                                new Login.ComputeResource(
                                        new TrustedProfile(TrustedProfile.By.NAME, "ci"), Bench.source("cr"))))
                        .started();
            case DELEGATED -> loggedIn();
            case OWN_REFRESH_TOKEN -> {
                Bench bench = loggedIn();
                mint(bench);
                yield bench;
            }
        };
    }

    private static Bench loggedIn() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        return bench;
    }

    private static Token mint(Bench bench) {
        renew(bench, DEV);
        return Objects.requireNonNull(bench.tokens.peek(KUBE));
    }

    private static void renew(Bench bench, AccountName account) {
        bench.tokens.renew(new TokenKey(account, TokenKind.KUBE), Duration.ZERO);
    }
}
