package dev.iambroker.token;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** When to renew, as arithmetic on settings that a reload replaces. Thread-safe if its random generator is. */
public final class RefreshSchedule {
    /** Nearly all of the time until the renewal point, so that a crowd is spread over it whole. */
    private static final int SOONEST_PART = 10;

    private final RandomGenerator random;

    /** Null until the first token; a schedule is made without a clock. */
    @GuardedBy("this")
    private @Nullable Evenness evenness;

    private volatile Settings settings;

    /**
     * What the configuration says.
     *
     * @param at the part of a life after which a token is renewed
     * @param jitter how far that point is moved, at most, relative to itself
     * @param minInterval the least time between two renewals of a token that a caller can bring about
     * @param keepWarm how long after its last use a kube token is still renewed ahead of its end
     */
    public record Settings(double at, double jitter, Duration minInterval, Duration keepWarm) {}

    public RefreshSchedule(double at, double jitter, Duration minInterval, Duration keepWarm, RandomGenerator random) {
        this(new Settings(at, jitter, minInterval, keepWarm), random);
    }

    public RefreshSchedule(Settings settings, RandomGenerator random) {
        this.settings = settings;
        this.random = random;
    }

    /** From now on by these. A token that is cached keeps the renewal point that it has. */
    public void apply(Settings next) {
        settings = next;
    }

    RandomGenerator random() {
        return random;
    }

    Duration keepWarm() {
        return settings.keepWarm;
    }

    Duration minInterval() {
        return settings.minInterval;
    }

    /** The renewal point of a token with this life, counted from its beginning. */
    Duration refreshAfter(Duration life) {
        Settings now = settings;
        double moved = now.at * (1 + now.jitter * (2 * random.nextDouble() - 1));
        return Duration.ofNanos((long) (life.toNanos() * moved));
    }

    /** The same of a token of IAM that is there now: sooner where others come due then. */
    Duration refreshAfter(Lifetime lifetime, Time time) {
        Duration latest = refreshAfter(lifetime.life());
        Duration earliest = longer(latest.dividedBy(SOONEST_PART), minInterval(lifetime.life()));
        if (earliest.compareTo(latest) >= 0) {
            return latest;
        }
        long began = lifetime.acquiredNanos();
        long at = evenness(time).place(time.nanos(), began + earliest.toNanos(), began + latest.toNanos());
        return Duration.ofNanos(at - began);
    }

    private synchronized Evenness evenness(Time time) {
        Evenness known = evenness;
        if (known == null) {
            known = new Evenness(time.nanos());
            evenness = known;
        }
        return known;
    }

    private static Duration longer(Duration a, Duration b) {
        return a.compareTo(b) > 0 ? a : b;
    }

    /**
     * The renewal point of a token whose renewal also keeps its login alive: a refresh token that ends before is used
     * before. Where using it does not make the login any longer, the last tokens are had shortly before its end.
     *
     * @param loginLeft until the refresh token ends; not positive where the clocks cannot tell
     */
    Duration refreshAfter(Lifetime lifetime, Duration loginLeft, Time time) {
        Duration byLife = refreshAfter(lifetime, time);
        boolean isInTime = byLife.compareTo(loginLeft.multipliedBy(9).dividedBy(10)) < 0;
        if (isInTime || !loginLeft.isPositive()) {
            return byLife;
        }
        Duration byLogin = refreshAfter(loginLeft);
        Duration least = minInterval(lifetime.life());
        return byLogin.compareTo(least) < 0 ? least : byLogin;
    }

    /** A long minimum must not keep a short-lived token from being renewed. */
    Duration minInterval(Duration life) {
        Duration half = life.dividedBy(2);
        Duration configured = settings.minInterval;
        return half.compareTo(configured) < 0 ? half : configured;
    }

    /** Whether {@code token} is too young for a caller to have it renewed. */
    boolean isTooYoung(Token token, Time time) {
        return token.lifetime().age(time).compareTo(minInterval(token.life())) < 0;
    }
}
