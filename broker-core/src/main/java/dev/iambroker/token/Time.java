package dev.iambroker.token;

import dev.iambroker.store.Uptime;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The clocks of the broker. Implementations are thread-safe. */
public interface Time {
    /** The wall clock. It may be stepped in either direction. */
    Instant now();

    /** The same in nanoseconds since the epoch, which a number can say until the year 2262. */
    default long epochNanos() {
        return nanosOf(now());
    }

    /** {@code instant} in nanoseconds since the epoch. */
    static long nanosOf(Instant instant) {
        return TimeUnit.SECONDS.toNanos(instant.getEpochSecond()) + instant.getNano();
    }

    /** The monotonic clock, nanoseconds from an arbitrary origin. It may stop while the machine sleeps. */
    long nanos();

    /** How long the machine has been up; null where the platform does not say. */
    default @Nullable Uptime uptime() {
        return null;
    }
}
