package dev.iambroker.broker;

import dev.iambroker.policy.Rate;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A token bucket as one number: the moment at which it would be full again. Holds {@code count} requests and takes
 * {@code unit} to fill. Thread-safe, lock-free.
 */
final class Bucket {
    private final Rate rate;
    private final long perRequest;
    private final long whole;
    private final AtomicLong fullAt;

    /** A full one; {@code now} on the monotonic clock. */
    Bucket(Rate rate, long now) {
        this.rate = rate;
        this.whole = rate.unit().toNanos();
        this.perRequest = whole / rate.count();
        this.fullAt = new AtomicLong(now);
    }

    Rate rate() {
        return rate;
    }

    /** Takes a request at {@code now} and gives zero; or takes none, and gives the nanoseconds until there is one. */
    long take(long now) {
        while (true) {
            long before = fullAt.get();
            long missing = Math.max(0, before - now);
            long wait = missing + perRequest - whole;
            if (wait > 0) {
                return wait;
            }
            if (fullAt.compareAndSet(before, now + missing + perRequest)) {
                return 0;
            }
        }
    }
}
