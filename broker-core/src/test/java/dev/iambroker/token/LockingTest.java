package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoreFailure;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Locked by a passphrase, and unlocked again. */
@Timeout(60)
final class LockingTest {
    private static final Secret PASSPHRASE = Secret.of("correct horse battery");
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Bench bench = new Bench(Bench.byKey(), Bench.byPasscode()).started();

    private void logIn() {
        bench.tokens.loginByPasscode(DEV, Secret.of("passcode"));
    }

    private void lock() {
        bench.tokens.lock(PASSPHRASE);
    }

    private boolean unlock() {
        boolean unlocked = bench.tokens.unlock(PASSPHRASE);
        bench.time.settle();
        return unlocked;
    }

    @Reveals("compares what is on disk with what IAM gave out")
    private String refreshTokenOnDisk() {
        return Objects.requireNonNull(
                        Objects.requireNonNull(bench.store.load(DEV)).refreshToken())
                .reveal();
    }

    private void assertLocked() {
        assertThatThrownBy(() -> bench.access(PROD)).isInstanceOf(RenewalFailure.Locked.class);
        assertThatThrownBy(() -> bench.kube(DEV)).isInstanceOf(RenewalFailure.Locked.class);
        assertThatThrownBy(() -> bench.tokens.refresh(PROD, PATIENCE)).isInstanceOf(RenewalFailure.Locked.class);
        assertThatThrownBy(() -> bench.tokens.purge(PROD)).isInstanceOf(RenewalFailure.Locked.class);
        assertThatThrownBy(() -> bench.tokens.logout(PROD)).isInstanceOf(RenewalFailure.Locked.class);
        assertThatThrownBy(this::logIn).isInstanceOf(RenewalFailure.Locked.class);
        assertThat(bench.tokens.peek(new TokenKey(PROD, TokenKind.ACCESS))).isNull();
        assertThat(bench.tokens.status(PROD).state()).isEqualTo(AccountState.LOCKED);
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.LOCKED);
        assertThat(bench.tokens.status(DEV).runway()).isNull();
        assertThat(bench.tokens.status(DEV).iamId()).isNull();
        assertThat(bench.tokens.refreshToken(DEV)).isNull();
    }

    @Test
    void lock_nothingIsServedNorAskedOfIam() {
        logIn();
        lock();
        int asked = bench.iam.requests().size();
        assertLocked();
        bench.time.advance(Duration.ofHours(30));
        assertLocked();
        assertThat(bench.iam.requests()).hasSize(asked);
    }

    @Test
    void unlock_servesWhatWasStoredWithoutALogin() {
        logIn();
        String before = bench.access(DEV).etag();
        lock();
        assertThat(unlock()).isTrue();
        assertThat(bench.access(DEV).etag()).isEqualTo(before);
        bench.time.advance(Duration.ofHours(3));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(bench.access(PROD).left(bench.time)).isPositive();
        assertThat(bench.iam.count("passcode")).isOne();
    }

    @Test
    void unlock_muchLater_renewsByTheNewestRefreshToken() {
        logIn();
        bench.time.advance(Duration.ofHours(5));
        lock();
        bench.time.advance(Duration.ofHours(20));
        unlock();
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(refreshTokenOnDisk()).isEqualTo(bench.iam.newestRefreshToken());
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void unlock_otherPassphrase_staysLocked() {
        lock();
        assertThat(bench.tokens.unlock(Secret.of("another passphrase"))).isFalse();
        assertLocked();
    }

    @Test
    void lock_renewalUnderWay_landsAndItsRefreshTokenIsKept() throws Exception {
        logIn();
        bench.time.advance(Duration.ofMinutes(20));
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        bench.iam.afterAnswer(() -> {
            asked.countDown();
            await(answer);
        });
        Thread renewal = Thread.ofPlatform().start(() -> bench.tokens.refresh(DEV, PATIENCE));
        await(asked);
        Thread locking = Thread.ofPlatform().start(this::lock);
        awaitTrue(bench.tokens::isLocked);
        assertThatThrownBy(() -> bench.access(PROD)).isInstanceOf(RenewalFailure.Locked.class);
        assertThat(bench.store.isLocked()).isFalse();
        answer.countDown();
        assertThat(renewal.join(PATIENCE)).isTrue();
        assertThat(locking.join(PATIENCE)).isTrue();
        bench.iam.afterAnswer(null);
        assertThat(bench.store.isLocked()).isTrue();
        assertLocked();
        unlock();
        assertThat(refreshTokenOnDisk()).isEqualTo(bench.iam.newestRefreshToken());
    }

    @Test
    void lock_callerWaitsForARenewal_isToldAtOnce() throws Exception {
        logIn();
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        bench.iam.beforeAnswer(() -> {
            asked.countDown();
            await(answer);
        });
        AtomicReference<Throwable> told = new AtomicReference<>();
        Thread caller = Thread.ofPlatform().start(() -> {
            try {
                bench.tokens.token(new TokenKey(DEV, TokenKind.KUBE), Duration.ofSeconds(60), PATIENCE);
            } catch (RenewalFailure e) {
                told.set(e);
            }
        });
        await(asked);
        Thread locking = Thread.ofPlatform().start(this::lock);
        awaitTrue(bench.tokens::isLocked);
        answer.countDown();
        assertThat(caller.join(PATIENCE)).isTrue();
        assertThat(locking.join(PATIENCE)).isTrue();
        assertThat(told.get()).isInstanceOf(RenewalFailure.Locked.class);
        assertThat(bench.iam.requests().getLast()).isEqualTo("delegated_refresh_token");
    }

    @Test
    void lock_renewalWaitsItsTurn_asksNothingAndHarmsNothing() {
        logIn();
        bench.hold();
        bench.time.advance(Duration.ofMinutes(40));
        assertThat(bench.heldFlights()).isPositive();
        int asked = bench.iam.requests().size();
        lock();
        bench.release();
        assertThat(bench.iam.requests()).hasSize(asked);
        unlock();
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        bench.time.advance(Duration.ofHours(3));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(refreshTokenOnDisk()).isEqualTo(bench.iam.newestRefreshToken());
    }

    @Test
    void unlock_beforeARenewalFromBeforeRuns_itTakesTheSessionAsItIsNow() {
        logIn();
        bench.hold();
        bench.time.advance(Duration.ofMinutes(40));
        lock();
        assertThat(bench.tokens.unlock(PASSPHRASE)).isTrue();
        bench.release();
        bench.time.advance(Duration.ofHours(3));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(refreshTokenOnDisk()).isEqualTo(bench.iam.newestRefreshToken());
    }

    @Test
    void lock_duringALogin_waitsForIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        bench.iam.beforeAnswer(() -> {
            asked.countDown();
            await(answer);
        });
        Thread login = Thread.ofPlatform().start(this::logIn);
        await(asked);
        Thread locking = Thread.ofPlatform().start(this::lock);
        awaitTrue(bench.tokens::isLocked);
        answer.countDown();
        assertThat(login.join(PATIENCE)).isTrue();
        assertThat(locking.join(PATIENCE)).isTrue();
        bench.iam.beforeAnswer(null);
        unlock();
        assertThat(refreshTokenOnDisk()).isEqualTo(bench.iam.newestRefreshToken());
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
    }

    @Test
    void lock_sessionOnlyInMemory_isWrittenFirst() {
        bench.store.full(true);
        logIn();
        bench.store.full(false);
        lock();
        unlock();
        assertThat(refreshTokenOnDisk()).isEqualTo(bench.iam.newestRefreshToken());
    }

    @Test
    void lock_diskRefusesASession_servesOnAndLosesNothing() {
        logIn();
        bench.time.advance(Duration.ofMinutes(20));
        bench.store.full(true);
        assertThatThrownBy(this::lock)
                .isInstanceOf(LockFailed.class)
                .hasMessageContaining("not locked")
                .hasMessageContaining("no space left");
        bench.store.full(false);
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        bench.time.advance(Duration.ofHours(3));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(bench.tokens.status(DEV).state()).isEqualTo(AccountState.VALID);
    }

    @Test
    void lock_diskRefusesTheLock_renewalsThatCameDueMeanwhileAreMade() {
        logIn();
        bench.store.beforeLock(() -> {
            bench.time.advance(Duration.ofMinutes(50));
            throw new StoreFailure("cannot write the keyring");
        });
        assertThatThrownBy(this::lock).isInstanceOf(LockFailed.class);
        bench.time.advance(Duration.ofMinutes(30));
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
        assertThat(bench.access(PROD).left(bench.time)).isPositive();
    }

    @Test
    void unlock_diskFails_staysLockedAndTheNextSucceeds() {
        logIn();
        lock();
        bench.store.failLoads(true);
        assertThatThrownBy(this::unlock).isInstanceOf(LockFailed.class).hasMessageContaining("stays locked");
        assertLocked();
        bench.store.failLoads(false);
        assertThat(unlock()).isTrue();
        assertThat(bench.access(DEV).left(bench.time)).isPositive();
    }

    @Test
    void start_locked_servesNothingUntilUnlocked() {
        logIn();
        lock();
        Bench next = bench.restarted(List.of(Bench.byKey(), Bench.byPasscode()));
        int asked = next.iam.requests().size();
        next.time.advance(Duration.ofHours(3));
        assertThat(next.tokens.isLocked()).isTrue();
        assertThat(next.tokens.status(DEV).state()).isEqualTo(AccountState.LOCKED);
        assertThatThrownBy(() -> next.access(DEV)).isInstanceOf(RenewalFailure.Locked.class);
        assertThat(next.iam.requests()).hasSize(asked);
        assertThat(next.tokens.unlock(PASSPHRASE)).isTrue();
        next.time.settle();
        assertThat(next.access(DEV).left(next.time)).isPositive();
        assertThat(next.iam.count("passcode")).isOne();
    }

    @Test
    void watch_whileLocked_endsAtOnce() throws Exception {
        String etag = bench.access(PROD).etag();
        AtomicBoolean ended = new AtomicBoolean();
        Thread watcher = Thread.ofPlatform().start(() -> {
            bench.tokens.next(new TokenKey(PROD, TokenKind.ACCESS), etag, Duration.ZERO, PATIENCE);
            ended.set(true);
        });
        awaitTrue(() -> watcher.getState() == Thread.State.TIMED_WAITING);
        lock();
        assertThat(watcher.join(Duration.ofSeconds(10))).isTrue();
        assertThat(ended).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitTrue(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
