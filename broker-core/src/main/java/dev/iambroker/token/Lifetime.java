package dev.iambroker.token;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

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
    /** Two clocks' readings are never quite of the same moment, and NTP slews by a second in half an hour. */
    private static final Duration SLEWED = Duration.ofSeconds(2);

    /** A clock set back by less, while nothing ran, is within what the floor of a token's life is for. */
    private static final Duration AT_THE_SAME_TIME = Duration.ofSeconds(2);

    /**
     * The lifetime of a token that was kept over a restart, when the monotonic clock began anew. Null for a token from
     * the future: the clock was set back in between, and nothing tells how old the token is.
     */
    static @Nullable Lifetime resumed(Instant acquiredAt, Duration life, Time time) {
        Duration elapsed = Duration.between(acquiredAt, time.now());
        if (elapsed.plus(AT_THE_SAME_TIME).isNegative()) {
            return null;
        }
        return new Lifetime(
                acquiredAt, time.nanos() - max(Duration.ZERO, elapsed).toNanos(), life);
    }

    /** Its beginning by the wall clock as it reads now: moved where the clock was set back since. */
    Instant beganAt(Time time) {
        Instant byMonotonic = time.now().minus(age(time));
        return byMonotonic.plus(SLEWED).isBefore(acquiredAt) ? byMonotonic : acquiredAt;
    }

    /**
     * The same, counted by both clocks from what they read now. What has passed is the greater reading of the two: a jump
     * forward may have been a suspend, which a later step back must not undo.
     */
    Lifetime anchoredAnew(Time time) {
        Duration passed = max(age(time), Duration.between(acquiredAt, time.now()));
        return new Lifetime(time.now().minus(passed), time.nanos() - passed.toNanos(), life);
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
