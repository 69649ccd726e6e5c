package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** What two things at once, or an answer that nobody foresees, must not do to a session. */
final class SessionRacesTest {
    private static final AccountName TEAM = new AccountName("team-b");
    private static final TokenKey PROD_KUBE = new TokenKey(PROD, TokenKind.KUBE);

    @Test
    void logout_whileARenewalWaitsItsTurn_staysLoggedOut() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.hold();
        bench.time.advance(Duration.ofMinutes(40));
        bench.tokens.logout(PROD);
        bench.release();
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.DISABLED);
        assertThat(Objects.requireNonNull(bench.store.load(PROD)).disabled()).isTrue();
        assertThat(bench.iam.requests()).containsExactly("apikey");
        assertThatThrownBy(() -> bench.access(PROD)).isInstanceOf(RenewalFailure.Disabled.class);
    }

    @Test
    void logout_whileAKubeTokenIsOnItsWay_leavesNothingToServe() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.hold();
        assertThatThrownBy(() -> bench.kube(PROD)).isInstanceOf(RenewalFailure.StillWaiting.class);
        bench.tokens.logout(PROD);
        bench.release();
        assertThat(bench.tokens.peek(PROD_KUBE)).isNull();
    }

    @Test
    void login_overAnAnswerThatTheDiskRefused_isNotUndoneByIt() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("first"));
        bench.store.full(true);
        bench.time.advance(Duration.ofMinutes(40));
        bench.store.full(false);
        bench.iam.revokeAll();
        bench.tokens.loginByPasscode(DEV, Secret.of("second"));
        bench.time.advance(Duration.ofHours(2));
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
    }

    private static String refreshTokenOf(Bench bench) {
        Secret token = Objects.requireNonNull(bench.store.load(DEV)).refreshToken();
        return Objects.requireNonNull(token).fingerprint();
    }

    @Test
    void error_inAFlight_endsItAndTheNextOneSucceeds() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.failWith(() -> {
            throw new StackOverflowError("of a test");
        });
        assertThatThrownBy(bench::started).isInstanceOf(StackOverflowError.class);
        assertThatThrownBy(() -> bench.access(PROD)).isInstanceOf(RenewalFailure.Transient.class);
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofSeconds(31));
        assertThat(bench.access(PROD).left(bench.time)).isPositive();
    }

    @Test
    void listenerThatThrows_keepsNoAccountFromBeingRenewed() {
        Bench bench = new Bench(Bench.byKey(), Bench.byPassword()).started();
        String prod = bench.access(PROD).etag();
        String dev = bench.access(DEV).etag();
        bench.onStateChanged(() -> {
            bench.onStateChanged(() -> {});
            throw new IllegalStateException("of a test");
        });
        bench.time.stall(Duration.ofMinutes(40));
        bench.time.advance(Duration.ofSeconds(2));
        assertThat(bench.access(PROD).etag()).isNotEqualTo(prod);
        assertThat(bench.access(DEV).etag()).isNotEqualTo(dev);
        assertThat(bench.iam.requests()).as("each once, by plan").hasSize(4);
    }

    @Test
    void sharedLogin_refusedForOneAccount_leavesItsOwnerAlone() {
        Account team = new Account(
                TEAM,
                new Login.Shared(DEV, Bench.byPasscode().login()),
                "f".repeat(32),
                Cloud.IBM_CLOUD,
                /* uaa= */ false);
        Bench bench = new Bench(Bench.byPasscode(), team).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        bench.iam.failWith(() -> new IamFailure.GiveUp("BXNIM0109E: no such account", 400, "BXNIM0109E"));
        assertThatThrownBy(() -> bench.access(TEAM)).isInstanceOf(RenewalFailure.Refused.class);
        assertThat(bench.tokens.status(TEAM).state()).isEqualTo(AccountState.LOGIN_REQUIRED);
        bench.iam.failWith(null);
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
        bench.time.advance(Duration.ofHours(2));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
    }

    @Test
    void tokenThatIsOverOnArrival_neitherReplacesAGoodOneNorIsAskedForInALoop() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token good = bench.access(PROD);
        bench.iam.life(Duration.ZERO);
        bench.iam.failWith(() -> bench.iam.requests().size() > 200 ? down() : null);
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(bench.access(PROD)).isEqualTo(good);
        assertThat(bench.iam.requests()).hasSizeLessThan(200);
    }

    @Test
    void tokenThatIsOverOnArrival_rotatedRefreshToken_isKeptAllTheSame() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        String before = refreshTokenOf(bench);
        bench.iam.life(Duration.ZERO);
        bench.iam.failWith(() -> bench.iam.requests().size() > 200 ? down() : null);
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(refreshTokenOf(bench)).isNotEqualTo(before);
    }

    @Test
    void delegatedTokenRefusedAtTheExchange_doesNotEndTheLogin() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
        bench.iam.failWith(() -> isExchange(bench)
                ? new IamFailure.Reauthenticate("BXNIM0407E: unknown token", 400, "BXNIM0407E")
                : null);
        assertThatThrownBy(() -> bench.kube(DEV)).isInstanceOf(RenewalFailure.Transient.class);
        bench.time.advance(Duration.ofHours(2));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofSeconds(31));
        assertThat(bench.kube(DEV).left(bench.time)).isPositive();
    }

    private static boolean isExchange(Bench bench) {
        return bench.iam.requests().getLast().equals("delegated-refresh-token");
    }

    @Test
    void replacedCredential_whileIamIsDown_isNotTriedAtEveryCall() {
        AtomicReference<String> password = new AtomicReference<>("old");
        Bench bench = new Bench(Bench.account(DEV, new Login.Password("ops@example.com", changing(password))));
        bench.iam.failWith(() -> new IamFailure.Reauthenticate("BXNIM0602E: wrong password", 400, "BXNIM0602E"));
        bench.started();
        bench.iam.failWith(SessionRacesTest::down);
        password.set("new");
        bench.time.advance(Duration.ofMinutes(1));
        TokenKey access = new TokenKey(DEV, TokenKind.ACCESS);
        for (int call = 0; call < 100; call++) {
            assertThatThrownBy(() -> bench.tokens.immediate(access, Duration.ZERO))
                    .isInstanceOf(RenewalFailure.LoginRequired.class);
        }
        assertThat(bench.iam.requests()).hasSize(2);
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofMinutes(1));
        assertThatThrownBy(() -> bench.tokens.immediate(access, Duration.ZERO))
                .isInstanceOf(RenewalFailure.LoginRequired.class);
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
    }

    private static SecretSource changing(AtomicReference<String> value) {
        return new SecretSource() {
            @Override
            public Secret read() {
                return Secret.of(value.get());
            }

            @Override
            public String describe() {
                return "a changing value";
            }
        };
    }

    private static IamFailure down() {
        return new IamFailure.Retry("refused the connection", IamFailure.NO_STATUS, null, null);
    }
}
