package dev.iambroker.token;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * How long to wait before a failed renewal is tried again: doubling with full jitter, so that many brokers that lost
 * IAM at one moment do not come back at one moment, and faster the less life is left.
 */
final class Backoff {
    private static final Duration FIRST = Duration.ofMillis(500);
    private static final Duration LONGEST = Duration.ofSeconds(30);
    private static final int PART_OF_LIFE_LEFT = 10;

    /** Full jitter may draw zero, and a tenth of almost no life is almost nothing: never a spin. */
    private static final Duration SHORTEST = Duration.ofMillis(100);

    /** Beyond this many doublings the cap rules anyway. */
    private static final int MAX_DOUBLINGS = 16;

    private final RandomGenerator random;

    Backoff(RandomGenerator random) {
        this.random = random;
    }

    /**
     * @param failures how many attempts failed in a row, at least 1
     * @param lifeLeft of the token that is still served, null where there is none
     * @param retryAfter what IAM asked for; obeyed when it is longer
     */
    Duration next(int failures, @Nullable Duration lifeLeft, @Nullable Duration retryAfter) {
        Duration ceiling = min(doubled(failures), cap(lifeLeft));
        Duration drawn = Duration.ofNanos((long) (ceiling.toNanos() * random.nextDouble()));
        Duration delay = max(drawn, SHORTEST);
        return retryAfter == null ? delay : max(delay, retryAfter);
    }

    private static Duration doubled(int failures) {
        return FIRST.multipliedBy(1L << Math.min(failures - 1, MAX_DOUBLINGS));
    }

    private static Duration cap(@Nullable Duration lifeLeft) {
        if (lifeLeft == null || lifeLeft.isZero()) {
            return LONGEST;
        }
        return min(LONGEST, lifeLeft.dividedBy(PART_OF_LIFE_LEFT));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private static Duration max(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }
}
