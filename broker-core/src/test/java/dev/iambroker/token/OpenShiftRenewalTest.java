package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.OpenShiftFailure;
import dev.iambroker.account.OpenShiftFailure.Kind;
import dev.iambroker.account.TrustedProfile;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** The tokens of OpenShift clusters: from where, how often, and what they cost the session that they come of. */
final class OpenShiftRenewalTest {
    private static final String C1 = "c-1";
    private static final String C2 = "c-2";
    private static final String PASSCODE = "one-time-passcode";
    private static final AccountName TEAM = new AccountName("team-b");

    private static Bench loggedIn() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        return bench;
    }

    private static TokenKey key(String cluster) {
        return TokenKey.ofCluster(DEV, cluster);
    }

    private static OpenShiftFailure failure(Kind kind) {
        return new OpenShiftFailure(kind, "cluster c-1: as told");
    }

    @Test
    void session_asksForOnePasscode_andKeepsTheTokenForItsOwnLife() {
        Bench bench = loggedIn();
        Token token = bench.openShift(DEV, C1);
        assertThat(token.life()).isEqualTo(Duration.ofHours(24));
        assertThat(bench.iam.requests()).containsExactly("passcode", PASSCODE);

        bench.time.advance(Duration.ofHours(9));
        assertThat(bench.openShift(DEV, C1)).isEqualTo(token);
        assertThat(bench.iam.count(PASSCODE)).isEqualTo(1);
        assertThat(bench.openShift.asked()).containsExactly(C1);
    }

    @Test
    void eachCluster_hasATokenAndAPasscodeOfItsOwn_besideTheOneOfIam() {
        Bench bench = loggedIn();
        Token first = bench.openShift(DEV, C1);
        Token second = bench.openShift(DEV, C2);
        Token ofIam = bench.kube(DEV);
        assertThat(List.of(first.etag(), second.etag(), ofIam.etag())).doesNotHaveDuplicates();
        assertThat(bench.openShift.passcodes()).hasSize(2).doesNotHaveDuplicates();
        assertThat(bench.openShift(DEV, C1)).isEqualTo(first);
        assertThat(bench.kube(DEV)).isEqualTo(ofIam);
    }

    @Test
    void token_usedLately_isRenewedAheadOfItsEnd() {
        Bench bench = loggedIn();
        Token first = bench.openShift(DEV, C1);
        for (int hour = 0; hour < 14; hour++) {
            bench.time.advance(Duration.ofHours(1));
            bench.openShift(DEV, C1);
        }
        assertThat(bench.openShift(DEV, C1).etag()).isNotEqualTo(first.etag());
        assertThat(bench.openShift.asked()).hasSize(2);
    }

    @Test
    void token_thatNobodyUses_isServedToItsEndAndNotRenewed() {
        Bench bench = loggedIn();
        Token first = bench.openShift(DEV, C1);
        bench.time.advance(Duration.ofHours(23));
        assertThat(bench.openShift.asked()).hasSize(1);
        assertThat(Objects.requireNonNull(bench.tokens.peek(key(C1))).etag()).isEqualTo(first.etag());
        bench.time.advance(Duration.ofHours(2));
        assertThat(bench.openShift(DEV, C1).etag()).isNotEqualTo(first.etag());
    }

    @Test
    void restart_keptToken_isServedWithoutAsking() {
        Bench bench = loggedIn();
        Token token = bench.openShift(DEV, C1);
        Token ofIam = bench.kube(DEV);
        Bench next = bench.restarted(List.of(Bench.byPasscode()));
        assertThat(next.openShift(DEV, C1).etag()).isEqualTo(token.etag());
        assertThat(next.kube(DEV).etag()).isEqualTo(ofIam.etag());
        assertThat(next.openShift.asked()).isEmpty();
    }

    @Test
    void apiKey_beginsASessionForThePasscode_andIsItselfSentToIamAlone() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.openShift(PROD, C1);
        assertThat(bench.iam.requests()).containsExactly("apikey", "apikey", PASSCODE);
        bench.openShift(PROD, C2);
        assertThat(bench.iam.requests()).containsExactly("apikey", "apikey", PASSCODE, PASSCODE);
        assertThat(bench.openShift.passcodes()).allMatch(passcode -> passcode.startsWith("passcode-"));
    }

    @Test
    void apiKey_whoseSessionEnded_beginsAnother() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.openShift(PROD, C1);
        bench.iam.revokeAll();
        bench.openShift(PROD, C2);
        assertThat(bench.iam.requests()).containsExactly("apikey", "apikey", PASSCODE, PASSCODE, "apikey", PASSCODE);
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void sharedLogin_asksWithASessionBoundToItsOwnAccount() {
        Account team = new Account(
                TEAM,
                new Login.Shared(DEV, Bench.byPasscode().login()),
                "f".repeat(32),
                Cloud.IBM_CLOUD,
                /* uaa= */ false);
        Bench bench = new Bench(Bench.byPasscode(), team).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        bench.access(DEV);
        bench.tokens.refresh(DEV, Duration.ZERO);
        long before = bench.iam.count("refresh_token");
        bench.openShift(TEAM, C1);
        assertThat(bench.iam.asked()).last().satisfies(asked -> {
            assertThat(asked.account()).isEqualTo("team-b");
            assertThat(asked.label()).isEqualTo(PASSCODE);
        });
        assertThat(bench.iam.count("refresh_token")).isLessThanOrEqualTo(before + 1);
        assertThat(Objects.requireNonNull(bench.store.load(DEV)).boundAccountId())
                .isEqualTo("f".repeat(32));
    }

    @Test
    void trustedProfile_isRefusedForWantOfASession() {
        Account vm = Bench.account(
                PROD,
                new Login.ComputeResource(new TrustedProfile(TrustedProfile.By.NAME, "ci"), Bench.source("cr-token")));
        Bench bench = new Bench(vm).started();
        assertThatThrownBy(() -> bench.openShift(PROD, C1))
                .isInstanceOf(RenewalFailure.Refused.class)
                .hasMessageContaining("no session");
        assertThat(bench.iam.count(PASSCODE)).isZero();
    }

    @Test
    void endedSession_needsALogin_andNoOAuthServerIsAskedInVain() {
        Bench bench = loggedIn();
        bench.iam.revokeAll();
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.LoginRequired.class);
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        assertThat(bench.openShift.asked()).isEmpty();
        bench.tokens.loginByPasscode(DEV, Secret.of("another"));
        assertThat(bench.openShift(DEV, C1).left(bench.time)).isPositive();
    }

    /** What asks for the passcode holds the session; what hangs at the cluster must not. */
    @Test
    void oauthServerThatHangs_holdsNeitherTheSessionNorItsTurn() {
        Bench bench = loggedIn();
        bench.openShift.beforeAnswer(() -> {
            bench.openShift.beforeAnswer(null);
            assertThatCode(() -> CompletableFuture.runAsync(() -> bench.tokens.purge(DEV))
                            .get(5, TimeUnit.SECONDS))
                    .doesNotThrowAnyException();
            bench.access(DEV);
            bench.time.advance(Duration.ofMinutes(40));
            assertThat(bench.iam.count("refresh_token")).isEqualTo(2);
        });
        assertThat(bench.openShift(DEV, C1).left(bench.time)).isPositive();
        assertThat(bench.openShift.asked()).containsExactly(C1);
    }

    @Test
    void logout_whileTheOAuthServerIsAsked_leavesNothingToServe() {
        Bench bench = loggedIn();
        bench.openShift.beforeAnswer(() -> bench.tokens.logout(DEV));
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.LoginRequired.class);
        assertThat(bench.tokens.peek(key(C1))).isNull();
        assertThat(Objects.requireNonNull(bench.store.load(DEV)).tokens()).isEmpty();
    }

    @Test
    void lock_whileTheOAuthServerIsAsked_leavesNothingToServe() {
        Bench bench = loggedIn();
        bench.openShift.beforeAnswer(() -> bench.tokens.lock(Secret.of("passphrase")));
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.Locked.class);
        assertThat(bench.tokens.peek(key(C1))).isNull();
    }

    @Test
    void reload_thatMakesTheAliasAnotherAccount_leavesNothingToServe() {
        Bench bench = loggedIn();
        Account other = new Account(DEV, new Login.Passcode(), "f".repeat(32), Cloud.IBM_CLOUD, /* uaa= */ false);
        bench.openShift(DEV, C2);
        bench.openShift.beforeAnswer(
                () -> bench.tokens.reconfigure(List.of(other)).run());
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.Transient.class);
        assertThat(bench.tokens.peek(key(C1))).isNull();
        assertThat(bench.tokens.peek(key(C2))).isNull();
        assertThat(Objects.requireNonNull(bench.store.load(DEV)).tokens()).isEmpty();
    }

    @Test
    void reload_thatChangesNothingOfTheAccount_keepsItsTokens() {
        Bench bench = loggedIn();
        Token token = bench.openShift(DEV, C1);
        bench.tokens.reconfigure(List.of(Bench.byPasscode(), Bench.byKey())).run();
        assertThat(bench.openShift(DEV, C1)).isEqualTo(token);
    }

    @Test
    void oauthServerThatFails_isAskedAgainWhenItSaid_andCostsTheAccountNothing() {
        Bench bench = loggedIn();
        Duration time = Duration.ofSeconds(40);
        bench.openShift.failWith(C1, () -> new OpenShiftFailure(Kind.RETRY, "cluster c-1 answered 429", time));
        assertThatThrownBy(() -> bench.openShift(DEV, C1))
                .isInstanceOfSatisfying(
                        RenewalFailure.Transient.class,
                        e -> assertThat(e.retryAfter()).isGreaterThanOrEqualTo(time));
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.Transient.class);
        assertThat(bench.openShift.asked()).hasSize(1);
        assertThat(bench.iam.count(PASSCODE)).isEqualTo(1);

        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
        assertThat(bench.tokens.status(DEV).runway()).isPositive();
        assertThat(bench.openShift(DEV, C2).left(bench.time)).isPositive();
        bench.openShift.failWith(C1, null);
        bench.time.advance(Duration.ofMinutes(2));
        assertThat(bench.openShift(DEV, C1).left(bench.time)).isPositive();
    }

    @Test
    void goodToken_whoseRenewalFails_isServedOn() {
        Bench bench = loggedIn();
        Token good = bench.openShift(DEV, C1);
        bench.openShift.failWith(C1, () -> failure(Kind.RETRY));
        for (int hour = 0; hour < 20; hour++) {
            bench.time.advance(Duration.ofHours(1));
            assertThat(bench.openShift(DEV, C1)).isEqualTo(good);
        }
        assertThat(bench.openShift.asked().size()).isGreaterThan(2);
        assertThat(bench.tokens.status(DEV).runway()).isLessThan(Duration.ofHours(5));
    }

    @Test
    void passcodeThatIsRefused_isTriedOnceMoreWithAnother_andNoThirdTime() {
        Bench bench = loggedIn();
        boolean[] isFirst = {true};
        bench.openShift.failWith(C1, () -> {
            boolean refuses = isFirst[0];
            isFirst[0] = false;
            return refuses ? failure(Kind.PASSCODE_REFUSED) : null;
        });
        assertThat(bench.openShift(DEV, C1).left(bench.time)).isPositive();
        assertThat(bench.openShift.asked()).containsExactly(C1, C1);

        bench.openShift.failWith(C2, () -> failure(Kind.PASSCODE_REFUSED));
        assertThatThrownBy(() -> bench.openShift(DEV, C2)).isInstanceOf(RenewalFailure.ClusterRefused.class);
        assertThatThrownBy(() -> bench.openShift(DEV, C2)).isInstanceOf(RenewalFailure.ClusterRefused.class);
        assertThat(bench.openShift.asked()).containsExactly(C1, C1, C2, C2);
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void clusterThatRefuses_isAskedAgainAfterTheNextAccessToken() {
        Bench bench = loggedIn();
        bench.openShift.failWith(C1, () -> failure(Kind.REFUSED));
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.ClusterRefused.class);
        bench.time.advance(Duration.ofMinutes(20));
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.ClusterRefused.class);
        assertThat(bench.openShift.asked()).hasSize(1);
        bench.openShift.failWith(C1, null);
        bench.time.advance(Duration.ofMinutes(20));
        assertThat(bench.openShift(DEV, C1).left(bench.time)).isPositive();
    }

    @Test
    void iamThatThrottlesPasscodes_isAskedAgainLater() {
        Bench bench = loggedIn();
        bench.iam.failWith(() -> new IamFailure.Retry("IAM answered 429", 429, null, Duration.ofSeconds(20)));
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.Transient.class);
        assertThat(bench.openShift.asked()).isEmpty();
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofMinutes(1));
        assertThat(bench.openShift(DEV, C1).left(bench.time)).isPositive();
    }

    @Test
    void tokenThatIsOverOnArrival_doesNotReplaceAGoodOne() {
        Bench bench = loggedIn();
        bench.openShift.life(Duration.ZERO);
        assertThatThrownBy(() -> bench.openShift(DEV, C1))
                .isInstanceOf(RenewalFailure.Transient.class)
                .hasMessageContaining("over already");
    }

    @Test
    void purgeAndRefresh_reachTheTokensOfClustersToo() {
        Bench bench = loggedIn();
        Token first = bench.openShift(DEV, C1);
        bench.time.advance(Duration.ofMinutes(1));
        bench.tokens.refresh(DEV, Duration.ZERO);
        Token second = Objects.requireNonNull(bench.tokens.peek(key(C1)));
        assertThat(second.etag()).isNotEqualTo(first.etag());

        bench.tokens.purge(DEV);
        assertThat(bench.tokens.peek(key(C1))).isNull();
        assertThat(bench.openShift(DEV, C1).etag()).isNotEqualTo(second.etag());
    }

    @Test
    void lastFailure_ofACluster_isTold() {
        Bench bench = loggedIn();
        bench.openShift.failWith(C1, () -> failure(Kind.RETRY));
        assertThatThrownBy(() -> bench.openShift(DEV, C1)).isInstanceOf(RenewalFailure.Transient.class);
        AccountStatus.Failure last =
                Objects.requireNonNull(bench.tokens.status(DEV).lastFailure());
        assertThat(last.cause()).hasMessageContaining("cluster c-1");
    }
}
