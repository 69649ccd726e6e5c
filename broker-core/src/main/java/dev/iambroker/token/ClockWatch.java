package dev.iambroker.token;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Notices that the wall clock was stepped, or that the machine slept: both part the wall clock from the monotonic one.
 * Looks every two seconds, half a wake-up a second, because neither tells by itself. A stall moves both clocks alike and
 * is no jump. Thread-safe.
 */
final class ClockWatch {
    static final Duration TICK = Duration.ofSeconds(2);

    /** NTP slews by at most 500 ppm, a millisecond a tick: what is beyond this is a step. */
    private static final Duration JUMP = Duration.ofSeconds(1);

    /** The clocks are read one after the other; a pause in between would look like a jump. */
    private static final long AT_ONCE_NANOS = Duration.ofMillis(50).toNanos();

    private static final int TRIES = 3;

    private final Time time;
    private final Alarm alarm;
    private final Consumer<Duration> onJump;

    /** Wall clock less monotonic clock when last looked at. */
    @GuardedBy("this")
    private @Nullable Duration apart;

    /** @param onJump told how far the wall clock jumped, positive for forward, on the thread that rings */
    ClockWatch(Time time, AlarmClock alarms, Consumer<Duration> onJump) {
        this.time = time;
        this.alarm = alarms.sleeper(this::tick);
        this.onJump = onJump;
    }

    /** Begins to look. */
    void start() {
        tick();
    }

    private void tick() {
        alarm.arm(TICK.toNanos());
        Duration step = step();
        if (step.abs().compareTo(JUMP) > 0) {
            onJump.accept(step);
        }
    }

    /** How far the clocks moved apart since the last look. */
    private synchronized Duration step() {
        Duration before = apart;
        Duration now = readApart();
        if (now == null) {
            return Duration.ZERO;
        }
        apart = now;
        return before == null ? Duration.ZERO : now.minus(before);
    }

    /** Null where this thread was held up at every try; the next tick looks again. */
    private @Nullable Duration readApart() {
        for (int i = 0; i < TRIES; i++) {
            long nanos = time.nanos();
            Instant wall = time.now();
            if (time.nanos() - nanos <= AT_ONCE_NANOS) {
                return Duration.between(Instant.EPOCH, wall).minusNanos(nanos);
            }
        }
        return null;
    }
}
