package dev.iambroker.token;

import java.time.Instant;

/** The two clocks of the broker. Implementations are thread-safe. */
public interface Time {
    /** The wall clock. It may be stepped in either direction. */
    Instant now();

    /** The monotonic clock, nanoseconds from an arbitrary origin. It may stop while the machine sleeps. */
    long nanos();
}
