package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ClockWatchTest {
    private final ManualTime time = new ManualTime();
    private final AlarmClock alarms = new AlarmClock(time, time);
    private final List<Duration> jumps = new ArrayList<>();
    private final ClockWatch watch = new ClockWatch(time, alarms, jumps::add);

    private void start() {
        time.onAlarm(alarms::ring);
        watch.start();
    }

    @Test
    void clocksThatRunAlike_areNoJump() {
        start();
        time.advance(Duration.ofHours(24));
        assertThat(jumps).isEmpty();
    }

    @Test
    void step_ofHoursEitherWay_isNoticedWithinTwoSeconds() {
        start();
        time.stepWall(Duration.ofHours(-2));
        time.advance(ClockWatch.TICK);
        assertThat(jumps).containsExactly(Duration.ofHours(-2));
        time.stepWall(Duration.ofHours(3));
        time.advance(ClockWatch.TICK);
        assertThat(jumps).containsExactly(Duration.ofHours(-2), Duration.ofHours(3));
        time.advance(Duration.ofHours(1));
        assertThat(jumps).as("each is told once").hasSize(2);
    }

    @Test
    void suspend_forTheWallClockOnly_isAJumpForward() {
        start();
        time.suspend(Duration.ofHours(8));
        time.advance(ClockWatch.TICK);
        assertThat(jumps).containsExactly(Duration.ofHours(8));
    }

    @Test
    void stall_ofBothClocks_isNoJump() {
        start();
        time.stall(Duration.ofHours(8));
        time.advance(ClockWatch.TICK);
        assertThat(jumps).isEmpty();
    }

    @Test
    void slew_asFastAsNtpMay_neverAddsUpToAJump() {
        start();
        for (int i = 0; i < 10_000; i++) {
            time.advance(ClockWatch.TICK);
            time.stepWall(Duration.ofMillis(1));
        }
        assertThat(jumps).isEmpty();
    }

    @Test
    void steps_atRandom_areToldWhereTheyAreAboveASecond() {
        for (long seed = 0; seed < 100; seed++) {
            Random random = new Random(seed);
            ManualTime each = new ManualTime();
            AlarmClock clock = new AlarmClock(each, each);
            List<Duration> told = new ArrayList<>();
            List<Duration> expected = new ArrayList<>();
            each.onAlarm(clock::ring);
            new ClockWatch(each, clock, told::add).start();
            for (int i = 0; i < 20; i++) {
                Duration step = Duration.ofMillis(random.nextLong(-4_000, 4_000));
                each.stepWall(step);
                each.advance(Duration.ofMillis(random.nextLong(2_000, 9_000)));
                if (step.abs().compareTo(Duration.ofSeconds(1)) > 0) {
                    expected.add(step);
                }
            }
            assertThat(told).as("seed %d", seed).isEqualTo(expected);
        }
    }

    /** Reads its monotonic clock, is held up, and reads the wall clock. */
    private static final class HeldUp implements Time {
        private final ManualTime time;
        private Duration held = Duration.ZERO;
        private int times;

        HeldUp(ManualTime time) {
            this.time = time;
        }

        @Override
        public Instant now() {
            if (times > 0) {
                times--;
                held = held.plusSeconds(5);
            }
            return time.now().plus(held);
        }

        @Override
        public long nanos() {
            return time.nanos() + held.toNanos();
        }
    }

    @Test
    void thread_heldUpBetweenTheTwoReadings_isNoJump() {
        HeldUp heldUp = new HeldUp(time);
        AlarmClock clock = new AlarmClock(heldUp, time);
        time.onAlarm(clock::ring);
        new ClockWatch(heldUp, clock, jumps::add).start();
        for (int times = 1; times < 8; times++) {
            heldUp.times = times;
            time.advance(ClockWatch.TICK.multipliedBy(3));
        }
        assertThat(jumps).isEmpty();
        time.stepWall(Duration.ofSeconds(90));
        time.advance(ClockWatch.TICK);
        assertThat(jumps).containsExactly(Duration.ofSeconds(90));
    }
}
