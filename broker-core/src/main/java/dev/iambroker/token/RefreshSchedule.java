package dev.iambroker.token;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When to renew, as arithmetic. Thread-safe if its random generator is.
 *
 * @param at the part of a life after which a token is renewed
 * @param jitter how far that point is moved, at most, relative to itself
 * @param minInterval the least time between two renewals of a token that a caller can bring about
 * @param keepWarm how long after its last use a kube token is still renewed ahead of its end
 */
public record RefreshSchedule(
        double at, double jitter, Duration minInterval, Duration keepWarm, RandomGenerator random) {
    /** The renewal point of a token with this life, counted from its beginning. */
    Duration refreshAfter(Duration life) {
        double moved = at * (1 + jitter * (2 * random.nextDouble() - 1));
        return Duration.ofNanos((long) (life.toNanos() * moved));
    }

    /**
     * The renewal point of a token whose renewal also keeps its login alive: a refresh token that ends before is used
     * before. Where using it does not make the login any longer, the last tokens are had shortly before its end.
     *
     * @param loginLeft until the refresh token ends; not positive where the clocks cannot tell
     */
    Duration refreshAfter(Duration life, Duration loginLeft) {
        Duration byLife = refreshAfter(life);
        boolean isInTime = byLife.compareTo(loginLeft.multipliedBy(9).dividedBy(10)) < 0;
        if (isInTime || !loginLeft.isPositive()) {
            return byLife;
        }
        Duration byLogin = refreshAfter(loginLeft);
        Duration least = minInterval(life);
        return byLogin.compareTo(least) < 0 ? least : byLogin;
    }

    /** A long minimum must not keep a short-lived token from being renewed. */
    Duration minInterval(Duration life) {
        Duration half = life.dividedBy(2);
        return half.compareTo(minInterval) < 0 ? half : minInterval;
    }

    /** Whether {@code token} is too young for a caller to have it renewed. */
    boolean isTooYoung(Token token, Time time) {
        return token.lifetime().age(time).compareTo(minInterval(token.life())) < 0;
    }
}
