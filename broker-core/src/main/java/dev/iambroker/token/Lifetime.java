package dev.iambroker.token;

import java.time.Duration;
import java.time.Instant;

/**
 * How long a token still lives, by two clocks. The monotonic one stops while the machine sleeps, the wall clock can be
 * stepped; the smaller reading of the two is right in both cases. Counted from before the request that brought the
 * token, so that the time it took is on the safe side, and from the answered life, so that IAM's clock being off does
 * not matter.
 *
 * @param acquiredAt wall clock just before the request
 * @param acquiredNanos monotonic clock at the same moment
 * @param life whole life from then on
 */
record Lifetime(Instant acquiredAt, long acquiredNanos, Duration life) {
    /** The lifetime of a token that was kept over a restart, when the monotonic clock began anew. */
    static Lifetime resumed(Instant acquiredAt, Duration life, Time time) {
        Duration elapsed = max(Duration.ZERO, Duration.between(acquiredAt, time.now()));
        return new Lifetime(acquiredAt, time.nanos() - elapsed.toNanos(), life);
    }

    /** Life left now, zero once it is over. */
    Duration left(Time time) {
        Duration monotonic = life.minusNanos(time.nanos() - acquiredNanos);
        Duration wall = Duration.between(time.now(), acquiredAt.plus(life));
        Duration smaller = monotonic.compareTo(wall) < 0 ? monotonic : wall;
        return max(Duration.ZERO, smaller);
    }

    /** Time since the token was asked for, by the monotonic clock. */
    Duration age(Time time) {
        return Duration.ofNanos(time.nanos() - acquiredNanos);
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
