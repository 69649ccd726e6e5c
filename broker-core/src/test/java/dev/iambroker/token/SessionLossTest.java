package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoredSession;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A login that IAM still honours is never given up, and one that is pending never holds others up. */
@Reveals("compares refresh tokens with those that the scripted IAM gave out")
final class SessionLossTest {
    private static final AccountName TEAM = new AccountName("team-b");
    private static final TokenKey ACCESS = new TokenKey(DEV, TokenKind.ACCESS);
    private static final Duration HALF = Duration.ofMinutes(34);

    @Test
    void newestRefused_anotherSessionOnDisk_isTriedBeforeTheLoginCountsAsDead() {
        Bench bench = loggedIn(Bench.byPasscode());
        StoredSession stored = bench.store.load(DEV);
        assertThat(stored).isNotNull();
        bench.iam.revokeAll();
        bench.store.save(DEV, withRefreshToken(stored, bench.iam.importable("put-back")));

        bench.time.advance(HALF);

        assertThat(bench.tokens.status(DEV).lastFailure()).isNull();
        assertThat(bench.access(DEV).left(bench.time)).isGreaterThan(Duration.ofMinutes(30));
    }

    @Test
    void everyTokenRefused_eachIsTriedOnce() {
        Bench bench = loggedIn(Bench.byPasscode());
        bench.time.advance(HALF);
        bench.iam.revokeAll();
        long before = bench.iam.count("refresh_token");
        bench.time.advance(HALF);
        assertThat(bench.iam.count("refresh_token") - before).isEqualTo(2);
        bench.time.advance(Duration.ofHours(5));
        assertThat(bench.iam.count("refresh_token") - before).isEqualTo(2);
        assertThatThrownBy(() -> bench.access(DEV)).isInstanceOf(RenewalFailure.LoginRequired.class);
    }

    @Test
    void sessionRefusedBeforeItsTime_saysThatACopyMayBeInUse() {
        Bench bench = new Bench(Bench.byPasscode());
        Instant end = bench.time.now().plus(Duration.ofDays(3));
        bench.iam.refreshTokensEnd(end);
        bench.started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.iam.revokeAll();
        bench.time.advance(Duration.ofHours(2));
        assertThatThrownBy(() -> bench.access(DEV))
                .isInstanceOf(RenewalFailure.LoginRequired.class)
                .hasMessageContaining("should have lasted until " + end)
                .hasMessageContaining("copy of the state directory");
    }

    @Test
    void refusalOfASharingAccount_leavesTheOwnersLoginAlone() {
        Bench bench = new Bench(Bench.byPasscode(), sharing()).started();
        bench.iam.refuseRefreshesOf(TEAM);
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.time.settle();

        assertThatThrownBy(() -> bench.access(TEAM)).isInstanceOf(RenewalFailure.Refused.class);
        bench.time.advance(Duration.ofHours(3));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
    }

    @Test
    void anotherAccountThanConfigured_keepsTheNextRefreshTokenForWhenItIsCorrected() {
        Bench bench = loggedIn(Bench.byPasscode());
        bench.iam.answerForAccount("ffffffffffffffffffffffffffffffff");
        bench.time.advance(HALF);
        assertThat(bench.tokens.status(DEV).lastFailure()).isNotNull();

        bench.iam.answerForAccount(null);
        Bench corrected = bench.restarted(List.of(Bench.byPasscode()));
        corrected.time.advance(HALF);

        assertThat(corrected.access(DEV).left(corrected.time)).isPositive();
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
    }

    @Test
    void logout_withAnUnwrittenAnswer_revokesTheTokenThatIamKnows() {
        Bench bench = loggedIn(Bench.byPasscode());
        bench.store.full(true);
        bench.time.advance(HALF);
        bench.store.full(false);
        bench.tokens.logout(DEV);
        assertThat(bench.iam.revoked()).containsExactly(bench.iam.newestRefreshToken());
    }

    @Test
    void secondLogin_whileOneIsPending_isToldAtOnceAndUsesNothingUp() throws InterruptedException {
        Bench bench = new Bench(Bench.byPasscode()).started();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        bench.iam.beforeAnswer(() -> {
            asked.countDown();
            awaitUninterrupted(answer);
        });
        Thread first = Thread.ofVirtual().start(() -> bench.tokens.loginByPasscode(DEV, Secret.of("one-time")));
        asked.await();

        assertTimeoutPreemptively(
                Duration.ofSeconds(5),
                () -> assertThatThrownBy(() -> bench.tokens.loginByPasscode(DEV, Secret.of("another")))
                        .isInstanceOf(RenewalFailure.LoginRequired.class)
                        .hasMessageContaining("another login of it is under way"));
        answer.countDown();
        first.join();
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
    }

    @Test
    void deadLogin_askersWhileTheCredentialIsTriedAnew_areToldAtOnce() {
        Bench bench = new Bench(Bench.byPassword()).started();
        bench.iam.revokeAll();
        bench.iam.failWith(() -> new IamFailure.Reauthenticate("BXNIM0602E: wrong password", 400, null));
        bench.time.advance(Duration.ofHours(2));
        assertThatThrownBy(() -> bench.access(DEV)).isInstanceOf(RenewalFailure.LoginRequired.class);

        bench.hold();
        bench.time.advance(Duration.ofSeconds(11));
        for (int i = 0; i < 1_000; i++) {
            assertThatThrownBy(() -> bench.tokens.immediate(ACCESS, Duration.ZERO))
                    .isInstanceOf(RenewalFailure.LoginRequired.class);
        }
        assertThat(bench.heldFlights()).isEqualTo(1);
    }

    private static Bench loggedIn(Account account) {
        Bench bench = new Bench(account).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        bench.time.settle();
        return bench;
    }

    private static Account sharing() {
        return new Account(
                TEAM,
                new Login.Shared(DEV, new Login.Passcode()),
                "ffffffffffffffffffffffffffffffff",
                Cloud.IBM_CLOUD,
                /* uaa= */ false);
    }

    private static StoredSession withRefreshToken(StoredSession session, Secret refreshToken) {
        return new StoredSession(
                session.login(),
                refreshToken,
                null,
                null,
                session.boundAccountId(),
                session.iamId(),
                session.importedFingerprint(),
                session.disabled(),
                session.tokens());
    }

    private static void awaitUninterrupted(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
