package dev.iambroker.token;

import dev.iambroker.store.Uptime;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The clocks of the broker. Implementations are thread-safe. */
public interface Time {
    /** The wall clock. It may be stepped in either direction. */
    Instant now();

    /** The same in milliseconds since the epoch: for what is asked at every request. */
    default long epochMillis() {
        return now().toEpochMilli();
    }

    /** The monotonic clock, nanoseconds from an arbitrary origin. It may stop while the machine sleeps. */
    long nanos();

    /** How long the machine has been up; null where the platform does not say. */
    default @Nullable Uptime uptime() {
        return null;
    }
}
