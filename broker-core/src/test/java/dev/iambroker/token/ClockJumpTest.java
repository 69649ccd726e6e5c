package dev.iambroker.token;

import static dev.iambroker.token.Bench.DEV;
import static dev.iambroker.token.Bench.PROD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.LogLines;
import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Login;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Clocks that are stepped, machines that sleep, processes that are stopped. */
final class ClockJumpTest {
    private static final Duration HOUR = Duration.ofHours(1);

    private static IamFailure down() {
        return new IamFailure.Retry("IAM at test refused the connection", IamFailure.NO_STATUS, null, null);
    }

    @Test
    void suspend_partOfALife_renewsByTheWallClock() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.time.advance(Duration.ofMinutes(10));
        bench.time.suspend(Duration.ofMinutes(15));
        bench.time.advance(ClockWatch.TICK);
        assertThat(bench.jumps).containsExactly(Duration.ofMinutes(15));
        assertThat(bench.iam.count("apikey")).as("early still").isEqualTo(1);
        bench.time.advance(Duration.ofMinutes(9));
        assertThat(bench.iam.count("apikey"))
                .as("at half of the life that was slept through")
                .isEqualTo(2);
    }

    @Test
    void suspend_pastTheRenewal_renewsWithinHalfAMinute() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.time.suspend(Duration.ofMinutes(50));
        bench.time.advance(Duration.ofSeconds(32));
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
        assertThat(bench.access(PROD)).isNotEqualTo(old);
    }

    @Test
    void suspend_longerThanALife_isRenewedWithoutACallerAndNothingOldIsServed() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.iam.failWith(ClockJumpTest::down);
        bench.time.suspend(Duration.ofHours(8));
        assertThatThrownBy(() -> bench.access(PROD)).isInstanceOf(RenewalFailure.Transient.class);
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofSeconds(5));
        assertThat(bench.tokens.peek(old.key())).isNotNull().isNotEqualTo(old);
    }

    @Test
    void stall_longerThanALife_renewsOnceAndServesNothingOld() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.time.stall(Duration.ofHours(3));
        assertThat(bench.jumps).isEmpty();
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
        assertThat(bench.access(PROD)).isNotEqualTo(old);
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    @Test
    void wallClock_threeHoursForward_isRenewedOnceAndThenOnSchedule() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.time.stepWall(Duration.ofHours(3));
        bench.time.advance(Duration.ofSeconds(10));
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
        bench.time.advance(Duration.ofMinutes(25));
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
        bench.time.advance(Duration.ofMinutes(9));
        assertThat(bench.iam.count("apikey")).isEqualTo(3);
    }

    @Test
    void wallClock_twoHoursBack_changesNoPlanAndEndsNoToken() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.time.advance(Duration.ofMinutes(10));
        bench.time.stepWall(Duration.ofHours(-2));
        bench.time.advance(Duration.ofMinutes(16));
        assertThat(bench.jumps).containsExactly(Duration.ofHours(-2));
        assertThat(bench.iam.count("apikey")).isEqualTo(1);
        assertThat(bench.access(PROD).left(bench.time)).isEqualTo(Duration.ofMinutes(34));
        bench.time.advance(Duration.ofMinutes(8));
        assertThat(bench.iam.count("apikey")).isEqualTo(2);
    }

    @Test
    void wallClock_backAndThenSuspended_theSleepCountsOnTokensFromBefore() {
        Bench bench = new Bench(Bench.byKey()).started();
        Token old = bench.access(PROD);
        bench.time.stepWall(Duration.ofHours(-2));
        bench.time.advance(ClockWatch.TICK);
        bench.time.suspend(HOUR);
        assertThat(bench.access(PROD).etag()).isNotEqualTo(old.etag());
    }

    @Test
    void wallClock_forwardAndBack_isRenewedAndServedThroughout() {
        Bench bench = new Bench(Bench.byKey()).started();
        for (int i = 0; i < 20; i++) {
            bench.time.stepWall(Duration.ofHours(i % 2 == 0 ? 3 : -3));
            bench.time.advance(Duration.ofSeconds(i));
            assertThat(bench.access(PROD).left(bench.time)).isPositive();
        }
        bench.time.advance(HOUR);
        assertThat(bench.access(PROD).left(bench.time)).isPositive();
        assertThat(bench.iam.requests().size())
                .as("once for each jump forward, and the schedule")
                .isLessThan(15);
    }

    @Test
    void suspend_thenAClockSetBackFurther_isNotForgotten() {
        Bench bench = new Bench(Bench.byKey()).started();
        String old = bench.access(PROD).etag();
        bench.iam.failWith(ClockJumpTest::down);
        bench.time.suspend(Duration.ofMinutes(70));
        bench.time.advance(ClockWatch.TICK);
        bench.time.stepWall(Duration.ofHours(-2));
        bench.time.advance(ClockWatch.TICK);
        assertThatThrownBy(() -> bench.access(PROD)).isInstanceOf(RenewalFailure.Transient.class);
        bench.iam.failWith(null);
        bench.time.advance(Duration.ofSeconds(30));
        assertThat(bench.access(PROD).etag()).isNotEqualTo(old);
    }

    @Test
    void restart_afterAClockSetBackByLessThanTheAge_countsTheTrueAge() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.time.advance(Duration.ofMinutes(10));
        bench.iam.failWith(ClockJumpTest::down);
        bench.time.stepWall(Duration.ofMinutes(-9));
        bench.time.advance(Duration.ofMinutes(30));

        Bench second = bench.restarted(List.of(Bench.byKey()));

        assertThat(second.access(PROD).left(second.time)).isEqualTo(Duration.ofMinutes(20));
        second.time.advance(Duration.ofMinutes(20));
        assertThatThrownBy(() -> second.access(PROD)).isInstanceOf(RenewalFailure.Transient.class);
    }

    @Test
    void restart_afterAClockSetBackBeforeTheAcquisition_servesByTheUptime() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.time.advance(Duration.ofMinutes(10));
        bench.iam.failWith(ClockJumpTest::down);
        bench.time.stepWall(Duration.ofHours(-2));

        Bench second = bench.restarted(List.of(Bench.byKey()));

        assertThat(second.access(PROD).left(second.time)).isEqualTo(Duration.ofMinutes(50));
    }

    @Test
    void retryAfter_acrossAJump_isObeyed() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.iam.failWith(() -> new IamFailure.Retry("busy", 429, null, Duration.ofMinutes(5)));
        bench.time.advance(Duration.ofMinutes(34));
        int asked = bench.iam.requests().size();
        bench.time.stepWall(Duration.ofMinutes(10));
        bench.time.advance(Duration.ofSeconds(60));
        assertThat(bench.jumps).hasSize(1);
        assertThat(bench.iam.requests()).as("asked for five minutes' peace").hasSize(asked);
    }

    @Test
    void suspend_ofManyAccounts_isSpread() {
        List<Account> many = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            many.add(Bench.account(new AccountName("a" + i), new Login.ApiKey(Bench.source("key-" + i))));
        }
        Bench bench = new Bench(new ManualTime(), null, new MemoryStore(), many, 7).started();
        bench.time.advance(Duration.ofSeconds(30));
        assertThat(bench.iam.requests()).hasSize(300);
        bench.time.suspend(Duration.ofMinutes(40));
        int most = 0;
        for (int second = 0; second < 130; second++) {
            int before = bench.iam.requests().size();
            bench.time.advance(Duration.ofSeconds(1));
            most = Math.max(most, bench.iam.requests().size() - before);
        }
        assertThat(bench.iam.requests()).hasSize(600);
        assertThat(most).as("renewals in one second").isLessThan(40);
    }

    /** Fewer than the budget would ever hold back: only the jitter spreads these. */
    @Test
    void suspend_ofFewAccounts_isSpreadByJitterAlone() {
        List<Account> few = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            few.add(Bench.account(new AccountName("a" + i), new Login.ApiKey(Bench.source("key-" + i))));
        }
        Bench bench = new Bench(new ManualTime(), null, new MemoryStore(), few, 7).started();
        bench.time.suspend(Duration.ofMinutes(40));
        int secondsWithRenewals = 0;
        for (int second = 0; second < 34; second++) {
            int before = bench.iam.requests().size();
            bench.time.advance(Duration.ofSeconds(1));
            secondsWithRenewals += bench.iam.requests().size() > before ? 1 : 0;
        }
        assertThat(bench.iam.requests()).hasSize(40);
        assertThat(secondsWithRenewals).isGreaterThan(8);
    }

    @Test
    void jump_isSaidInOneLine() {
        try (var log = new LogLines(TokenService.class.getName())) {
            Bench bench = new Bench(Bench.byKey()).started();
            bench.time.stepWall(Duration.ofHours(3));
            bench.time.advance(HOUR);
            bench.time.stepWall(Duration.ofHours(-2));
            bench.time.advance(HOUR);
            assertThat(log.lines())
                    .containsExactly(
                            "WARN the wall clock jumped 10800 s forward, or the machine slept:"
                                    + " 1 renewals are planned anew",
                            "WARN the wall clock jumped 7200 s back: 0 renewals are planned anew");
        }
    }

    @Test
    void restart_withTheClockSetBack_doesNotServeATokenFromTheFuture() {
        Bench bench = new Bench(Bench.byPasscode()).started();
        bench.tokens.loginByPasscode(DEV, Secret.of("one-time"));
        String old = bench.access(DEV).etag();
        bench.time.stepWall(Duration.ofHours(-2));
        bench.time.reboot();
        bench.iam.failWith(ClockJumpTest::down);

        Bench second = bench.restarted(List.of(Bench.byPasscode()));
        assertThatThrownBy(() -> second.access(DEV)).isInstanceOf(RenewalFailure.Transient.class);
        bench.iam.failWith(null);
        second.time.advance(Duration.ofSeconds(1));
        assertThat(second.access(DEV).etag()).as("by the session that was kept").isNotEqualTo(old);
        assertThat(bench.iam.count("passcode")).isEqualTo(1);
    }

    @Test
    void restart_withTheClockASecondBack_servesWhatWasKept() {
        Bench bench = new Bench(Bench.byKey()).started();
        String old = bench.access(PROD).etag();
        bench.time.stepWall(Duration.ofSeconds(-1));
        bench.iam.failWith(ClockJumpTest::down);
        assertThat(bench.restarted(List.of(Bench.byKey())).access(PROD).etag()).isEqualTo(old);
    }

    /** Any history of steps, sleeps, stalls and outages: what is served is never over by the time that truly passed. */
    @Test
    void anyHistory_nothingOverIsServedAndTheScheduleGoesOn() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            Bench bench = new Bench(new ManualTime(), null, new MemoryStore(), List.of(Bench.byKey()), seed);
            Truth truth = new Truth(bench);
            bench.started();
            for (int i = 0; i < 60; i++) {
                truth.happen(random, seed);
                truth.ask(seed);
            }
            bench.iam.failWith(null);
            truth.run(Duration.ofSeconds(70));
            assertThat(bench.tokens.status(PROD).runway()).as("seed %d", seed).isPositive();
        }
    }

    /** The time that truly passed, which no clock of the machine shows. */
    private static final class Truth {
        private final Bench bench;
        private final Map<String, Duration> issued = new HashMap<>();
        private Duration passed = Duration.ZERO;
        private final long originNanos;

        Truth(Bench bench) {
            this.bench = bench;
            this.originNanos = bench.time.nanos();
            bench.iam.onIssue(token -> issued.put(token, now()));
        }

        /** What ran, and what was slept. */
        private Duration now() {
            return passed.plusNanos(bench.time.nanos() - originNanos);
        }

        void happen(Random random, long seed) {
            switch (random.nextInt(6)) {
                case 0 -> suspend(Duration.ofSeconds(random.nextLong(1, 10_000)), seed);
                case 1 -> bench.time.stall(Duration.ofSeconds(random.nextLong(1, 10_000)));
                case 2 -> step(Duration.ofSeconds(random.nextLong(-10_000, 10_000)));
                case 3 -> bench.iam.failWith(random.nextBoolean() ? ClockJumpTest::down : null);
                default -> run(Duration.ofSeconds(random.nextLong(1, 2_000)));
            }
        }

        private void suspend(Duration slept, long seed) {
            passed = passed.plus(slept);
            bench.time.suspend(slept);
            ask(seed);
            run(ClockWatch.TICK);
        }

        /** A sleep and a step against it within one look would be seen by nobody. */
        private void step(Duration by) {
            bench.time.stepWall(by);
            run(ClockWatch.TICK);
        }

        void run(Duration by) {
            bench.time.advance(by);
        }

        @Reveals("follows each token from IAM to the caller")
        void ask(long seed) {
            try {
                Token served = bench.access(PROD);
                Duration age = now().minus(issued.getOrDefault(served.value().reveal(), Duration.ZERO));
                assertThat(age).as("seed %d", seed).isLessThan(HOUR);
                assertThat(served.left(bench.time)).as("seed %d", seed).isLessThanOrEqualTo(HOUR.minus(age));
            } catch (RenewalFailure.Transient unserved) {
                assertThat(unserved).as("seed %d", seed).hasMessageContaining("refused the connection");
            }
        }
    }

    @Test
    void end_toldToClients_isIamsOwnWhereTheClocksAgree() {
        Bench bench = new Bench(Bench.byKey());
        for (int millis : new int[] {-1500, 0, 900, 4900}) {
            bench.iam.ahead(Duration.ofMillis(millis));
            Instant asked = bench.time.now();
            bench.tokens.login(PROD);
            assertThat(bench.access(PROD).endsAt(bench.time))
                    .isEqualTo(asked.plus(HOUR).plusMillis(millis));
        }
    }

    @Test
    void end_toldToClients_isOursWhereThisMachineIsBehind() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.ahead(Duration.ofHours(2));
        Instant asked = bench.time.now();
        bench.started();
        assertThat(bench.access(PROD).endsAt(bench.time)).isEqualTo(asked.plus(HOUR));
        assertThat(bench.access(PROD).expiresAt()).isEqualTo(asked.plus(HOUR).plus(Duration.ofHours(2)));
    }

    @Test
    void end_toldToClients_isIamsWhereThisMachineIsAhead() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.ahead(Duration.ofHours(-2));
        Instant asked = bench.time.now();
        bench.started();
        assertThat(bench.access(PROD).endsAt(bench.time)).isEqualTo(asked.minus(HOUR));
    }

    @Test
    void end_toldToClients_followsAClockThatIsSetBack() {
        Bench bench = new Bench(Bench.byKey()).started();
        bench.time.advance(Duration.ofMinutes(10));
        bench.time.stepWall(Duration.ofHours(-2));
        assertEndsInFiftyMinutes(bench);
        bench.time.advance(ClockWatch.TICK);
        bench.time.stepWall(ClockWatch.TICK.negated());
        assertThat(bench.jumps).hasSize(1);
        Token token = bench.access(PROD);
        assertThat(token.refreshAt(bench.time))
                .isBetween(
                        bench.time.now().plus(Duration.ofMinutes(16)),
                        bench.time.now().plus(Duration.ofMinutes(24)));
    }

    private static void assertEndsInFiftyMinutes(Bench bench) {
        Instant inFiftyMinutes = bench.time.now().plus(Duration.ofMinutes(50));
        assertThat(bench.access(PROD).endsAt(bench.time)).isEqualTo(inFiftyMinutes);
    }

    @Test
    void end_toldToClients_afterAWrongClockWasPutRight_isIamsAgain() {
        Bench bench = new Bench(Bench.byKey());
        bench.iam.ahead(Duration.ofHours(-2));
        bench.started();
        Instant end = bench.access(PROD).expiresAt();
        bench.time.stepWall(Duration.ofHours(-2));
        assertThat(bench.access(PROD).endsAt(bench.time))
                .isEqualTo(end)
                .isEqualTo(bench.time.now().plus(HOUR));
    }
}
