package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.TokenIssuers;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Accounts that are replaced while their renewals are under way, on true threads. */
@Timeout(60)
final class ReconfigurationRacesTest {
    private static final AccountName TEAM = new AccountName("team-b");
    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final Account BY_KEY = Bench.byKey();
    private static final Account BY_PASSCODE = Bench.byPasscode();
    private static final Account PASSCODE_WITH_UAA =
            new Account(DEV, BY_PASSCODE.login(), BY_PASSCODE.accountId(), Cloud.IBM_CLOUD, /* uaa= */ true);
    private static final Account TEAM_B =
            new Account(TEAM, new Login.Shared(DEV, BY_PASSCODE.login()), "f".repeat(32), Cloud.IBM_CLOUD, false);

    private final ManualTime time = new ManualTime();
    private final MemoryStore store = new MemoryStore();
    private final SlowIam iam = new SlowIam(new ScriptedIam(time));
    /** Of the platform: callers of an account that is gone spin, which would keep virtual threads from all else. */
    private final ExecutorService threads = Executors.newCachedThreadPool();

    private final TokenService tokens = new TokenService(
            List.of(BY_KEY, BY_PASSCODE),
            iam,
            new ScriptedOpenShift(time),
            store,
            Renewers.ALONE,
            new RefreshSchedule(0.5, 0.1, Duration.ZERO, Duration.ofHours(2), new Random(1)),
            threads,
            time,
            delayNanos -> {},
            BrokerEvents.NONE,
            new ClockSkew(unused -> {}));

    /** Holds the answers to refreshes, once it is told to. */
    private static final class SlowIam implements IamClient {
        private final ScriptedIam iam;
        private final AtomicInteger upstreams = new AtomicInteger();
        private volatile @Nullable CountDownLatch held;
        private final CountDownLatch reached = new CountDownLatch(1);

        SlowIam(ScriptedIam iam) {
            this.iam = iam;
        }

        @Override
        public IamAnswer request(Account account, Grant grant) {
            IamAnswer answer = iam.request(account, grant);
            CountDownLatch latch = held;
            if (latch != null && grant instanceof Grant.Refresh) {
                reached.countDown();
                awaitLatch(latch);
            }
            return answer;
        }

        @Override
        public Secret passcode(Account account, Secret refreshToken) {
            return iam.passcode(account, refreshToken);
        }

        @Override
        public TokenIssuers issuers(Account account, @Nullable String named) {
            return iam.issuers(account, named);
        }

        @Override
        public URI passcodePage(Account account) {
            return iam.passcodePage(account);
        }

        /** A budget for each request: no clock moves here that would fill one again. */
        @Override
        public String upstream(Account account) {
            return "https://iam-" + upstreams.incrementAndGet();
        }

        @Override
        public void revoke(Account account, Secret refreshToken) {
            iam.revoke(account, refreshToken);
        }
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertThat(latch.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private void logIn() {
        tokens.start();
        tokens.loginByPasscode(DEV, Secret.of("passcode"));
    }

    private static TokenKey access(AccountName name) {
        return new TokenKey(name, TokenKind.ACCESS);
    }

    private String refreshTokenOnDisk() {
        return Objects.requireNonNull(Objects.requireNonNull(store.load(DEV)).refreshToken())
                .fingerprint();
    }

    @Test
    void renewalUnderWay_landsBeforeItsAccountIsReplaced() throws Exception {
        logIn();
        String before = refreshTokenOnDisk();
        CountDownLatch answer = hold();
        Future<?> refresh = threads.submit(() -> tokens.refresh(DEV, PATIENCE));
        awaitLatch(iam.reached);
        Thread reload = waiting(tokens.reconfigure(List.of(BY_KEY, PASSCODE_WITH_UAA)));
        assertThat(tokens.find(DEV)).isEqualTo(BY_PASSCODE);
        iam.held = null;
        answer.countDown();
        refresh.get(20, TimeUnit.SECONDS);
        assertThat(reload.join(PATIENCE)).isTrue();
        assertThat(refreshTokenOnDisk()).isNotEqualTo(before);
        assertThat(tokens.token(access(DEV), Duration.ZERO, PATIENCE)).isNotNull();
        assertThat(iam.iam.count("passcode")).isEqualTo(1);
    }

    @Test
    void renewalThatHangs_keepsNeitherCachedTokensNorOtherLoginsWaiting() throws Exception {
        logIn();
        CountDownLatch answer = hold();
        Future<?> refresh = threads.submit(() -> tokens.refresh(DEV, PATIENCE));
        awaitLatch(iam.reached);
        Account otherKey = Bench.account(PROD, new Login.ApiKey(Bench.source("another-key")));
        Thread reload = waiting(tokens.reconfigure(List.of(otherKey, PASSCODE_WITH_UAA)));
        assertThat(tokens.find(PROD)).isEqualTo(otherKey);
        assertThat(tokens.token(access(PROD), Duration.ZERO, PATIENCE)).isNotNull();
        assertThat(tokens.immediate(access(DEV), Duration.ZERO)).isNotNull();
        answer.countDown();
        refresh.get(20, TimeUnit.SECONDS);
        assertThat(reload.join(PATIENCE)).isTrue();
    }

    private CountDownLatch hold() {
        CountDownLatch answer = new CountDownLatch(1);
        iam.held = answer;
        return answer;
    }

    /** Starts it and returns when it waits for a lock. */
    private static Thread waiting(Runnable reload) {
        Thread thread = Thread.ofVirtual().start(reload);
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(System.nanoTime()).as("time").isLessThan(end);
            Thread.onSpinWait();
        }
        return thread;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void manyChanges_underLoad_loseNoLogin(long seed) throws Exception {
        logIn();
        Random random = new Random(seed);
        CountDownLatch stop = new CountDownLatch(1);
        List<Future<?>> callers = new ArrayList<>();
        for (AccountName name : List.of(DEV, TEAM, PROD)) {
            callers.add(threads.submit(() -> call(name, stop)));
        }
        for (int change = 0; change < 100; change++) {
            List<Account> next = new ArrayList<>(List.of(random.nextBoolean() ? BY_PASSCODE : PASSCODE_WITH_UAA));
            if (random.nextBoolean()) {
                next.add(TEAM_B);
            }
            if (random.nextInt(4) > 0) {
                next.add(BY_KEY);
            }
            if (random.nextInt(10) == 0) {
                next.removeFirst();
                next.remove(TEAM_B);
            }
            tokens.reconfigure(next).run();
        }
        tokens.reconfigure(List.of(BY_KEY, BY_PASSCODE, TEAM_B)).run();
        stop.countDown();
        for (Future<?> caller : callers) {
            caller.get(20, TimeUnit.SECONDS);
        }
        tokens.refresh(DEV, PATIENCE);
        assertThat(tokens.token(access(TEAM), Duration.ZERO, PATIENCE))
                .as("seed %d", seed)
                .isNotNull();
        assertThat(tokens.status(DEV).state()).as("seed %d", seed).isEqualTo(AccountState.VALID);
        assertThat(iam.iam.count("passcode")).as("seed %d", seed).isEqualTo(1);
    }

    private @Nullable Void call(AccountName name, CountDownLatch stop) {
        while (stop.getCount() > 0) {
            try {
                tokens.refresh(name, PATIENCE);
                assertThat(tokens.token(access(name), Duration.ZERO, PATIENCE)
                                .key()
                                .account())
                        .isEqualTo(name);
            } catch (UnknownAccount removedJustNow) {
                Thread.onSpinWait();
            } catch (RenewalFailure.Transient removedMeanwhile) {
                assertThat(removedMeanwhile).hasMessageContaining("no longer configured");
            }
        }
        return null;
    }
}
