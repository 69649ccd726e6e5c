package dev.iambroker.token;

import dev.iambroker.store.StoredToken;
import dev.iambroker.store.Uptime;
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
 * @param acquiredUptime the machine's uptime at the same moment; null where it is not known
 * @param life whole life from then on
 */
record Lifetime(
        Instant acquiredAt, long acquiredNanos, @Nullable Uptime acquiredUptime, Duration life) {
    /** Two clocks' readings are never quite of the same moment, and NTP slews by a second in half an hour. */
    private static final Duration SLEWED = Duration.ofSeconds(2);

    /** A clock set back by less, while nothing ran, is within what the floor of a token's life is for. */
    private static final Duration AT_THE_SAME_TIME = Duration.ofSeconds(2);

    /**
     * The lifetime of a token that was kept over a restart, when the monotonic clock began anew: by the wall clock and,
     * while the machine stays up, by its uptime, which sees through a wall clock that was set back. Null for a token from
     * the future where the uptime does not help: nothing tells how old it is.
     */
    static @Nullable Lifetime resumed(StoredToken kept, Time time) {
        Duration byWall = Duration.between(kept.acquiredAt(), time.now());
        Duration byUptime = since(kept.acquiredUptime(), time);
        if (byUptime == null && byWall.plus(AT_THE_SAME_TIME).isNegative()) {
            return null;
        }
        Duration elapsed = max(byWall, byUptime == null ? Duration.ZERO : byUptime);
        return beganBefore(elapsed, kept.acquiredUptime(), kept.life(), time);
    }

    private static Lifetime beganBefore(Duration elapsed, @Nullable Uptime uptime, Duration life, Time time) {
        return new Lifetime(time.now().minus(elapsed), time.nanos() - elapsed.toNanos(), uptime, life);
    }

    private static @Nullable Duration since(@Nullable Uptime then, Time time) {
        Uptime now = then == null ? null : time.uptime();
        return then == null || now == null ? null : now.since(then);
    }

    /** Its beginning by the wall clock as it reads now: moved where the clock was set back since. */
    Instant beganAt(Time time) {
        Instant byMonotonic = time.now().minus(age(time));
        return byMonotonic.plus(SLEWED).isBefore(acquiredAt) ? byMonotonic : acquiredAt;
    }

    /**
     * The same, counted by all clocks from what they read now. What has passed is their greatest reading: a jump forward
     * may have been a suspend, which a later step back must not undo.
     */
    Lifetime anchoredAnew(Time time) {
        Duration byUptime = since(acquiredUptime, time);
        Duration byClocks = max(age(time), Duration.between(acquiredAt, time.now()));
        return beganBefore(byUptime == null ? byClocks : max(byClocks, byUptime), acquiredUptime, life, time);
    }

    /** Life left now in nanoseconds, zero once it is over. Asked at every request: without an object for it. */
    long leftNanos(Time time) {
        long whole = life.toNanos();
        long byMonotonic = whole - (time.nanos() - acquiredNanos);
        long byWall = whole - (time.epochNanos() - Time.nanosOf(acquiredAt));
        return Math.max(0, Math.min(byMonotonic, byWall));
    }

    /** Time since the token was asked for, by the monotonic clock. */
    Duration age(Time time) {
        return Duration.ofNanos(time.nanos() - acquiredNanos);
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
