package dev.iambroker.token;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * When renewals are due after the wall clock jumped: plans are kept by the monotonic clock, and a token's end may have
 * come closer by the other. Those that are due now are spread, so that a machine that wakes up does not send them all at
 * one moment. Thread-safe if its random generator is.
 */
final class Replanning {
    private static final Duration WIDEST = Duration.ofSeconds(30);
    private static final int PART_OF_LIFE_LEFT = 10;

    /** Over which those are spread that have nothing left to serve; a caller in between brings its own about at once. */
    private static final Duration NOTHING_LEFT = Duration.ofSeconds(2);

    private final TokenCache cache;
    private final Standings standings;
    private final Time time;
    private final RandomGenerator random;

    Replanning(TokenCache cache, Standings standings, Time time, RandomGenerator random) {
        this.cache = cache;
        this.standings = standings;
        this.time = time;
        this.random = random;
    }

    /**
     * @param plannedNanos when the renewal was due by the plan until now
     * @return when it is due by the clocks as they read now
     */
    long dueNanos(TokenKey key, long plannedNanos) {
        if (standings.of(key) != null) {
            // A retry: seconds away, or as far as IAM asked for.
            return plannedNanos;
        }
        Token token = cache.usable(key);
        if (token != null && !token.isDue(time)) {
            return time.nanos() + token.untilDue(time).toNanos();
        }
        long spread = time.nanos() + (long) (spread(token).toNanos() * random.nextDouble());
        return plannedNanos - spread < 0 ? plannedNanos : spread;
    }

    private Duration spread(@Nullable Token token) {
        if (token == null) {
            return NOTHING_LEFT;
        }
        Duration part = token.left(time).minus(token.floor()).dividedBy(PART_OF_LIFE_LEFT);
        return part.compareTo(WIDEST) < 0 ? part : WIDEST;
    }
}
