package dev.iambroker.token;

import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token in the cache. Immutable.
 *
 * @param expiresAt its end by IAM's clock
 * @param refreshAfter how long after {@code lifetime}'s beginning it should be renewed
 */
public record Token(
        TokenKey key,
        Secret value,
        @Nullable String scope,
        Instant expiresAt,
        Lifetime lifetime,
        Duration refreshAfter) {
    /** Below this much life a token is not handed out, unless its whole life is short. */
    private static final Duration FLOOR = Duration.ofSeconds(10);

    private static final int FLOOR_PART_OF_LIFE = 10;

    /** A request takes its time and IAM states whole seconds: ends this close to each other are the same. */
    private static final Duration SAME_END = Duration.ofSeconds(5);

    /** The same after the wall clock was stepped. */
    Token anchoredAnew(Time time) {
        return new Token(key, value, scope, expiresAt, lifetime.anchoredAnew(time), refreshAfter);
    }

    /** Life left now, zero once it is over. */
    public Duration left(Time time) {
        return Duration.ofNanos(leftNanos(time));
    }

    /** The same in nanoseconds. */
    public long leftNanos(Time time) {
        return lifetime.leftNanos(time);
    }

    public Duration life() {
        return lifetime.life();
    }

    /** When it is planned to be renewed, by the wall clock as it reads now. */
    public Instant refreshAt(Time time) {
        return lifetime.beganAt(time).plus(refreshAfter);
    }

    /**
     * Its end, for a client that compares with this machine's clock: IAM's word, or earlier where this machine's clock
     * is behind IAM's. Such a client would keep a dead token for as long as the clock is behind.
     */
    public Instant endsAt(Time time) {
        Instant here = lifetime.beganAt(time).plus(life());
        return here.plus(SAME_END).isBefore(expiresAt) ? here : expiresAt;
    }

    /** How long until it should be renewed; zero or negative once it should. */
    Duration untilDue(Time time) {
        return left(time).minus(lifeWhenDue());
    }

    private Duration lifeWhenDue() {
        return life().minus(refreshAfter);
    }

    /** The least life with which it is still handed out. */
    public Duration floor() {
        return Duration.ofNanos(floorNanos());
    }

    private long floorNanos() {
        return Math.min(life().toNanos() / FLOOR_PART_OF_LIFE, FLOOR.toNanos());
    }

    /** Past the point where it should be renewed; still good. */
    boolean isDue(Time time) {
        return isDueWith(leftNanos(time));
    }

    boolean isDueWith(long leftNanos) {
        return leftNanos <= life().toNanos() - refreshAfter.toNanos();
    }

    boolean isUsable(Time time) {
        return isUsableWith(leftNanos(time));
    }

    boolean isUsableWith(long leftNanos) {
        return leftNanos > 0 && leftNanos >= floorNanos();
    }

    /**
     * Whether it has the life that a caller asks for. No renewal can fulfil a wish beyond the whole life: such a caller
     * is content until the token is due, else it would send the broker to IAM at every call.
     */
    boolean fulfils(Duration minTtl, Time time) {
        return fulfilsWith(leftNanos(time), minTtl);
    }

    boolean fulfilsWith(long leftNanos, Duration minTtl) {
        // A wish may be longer than a number of nanoseconds can say.
        Duration wish = minTtl.compareTo(life()) > 0 ? lifeWhenDue() : minTtl;
        return isUsableWith(leftNanos) && leftNanos >= wish.toNanos();
    }

    /** Opaque; changes when the token does. */
    public String etag() {
        return value.fingerprint();
    }

    @Override
    public String toString() {
        return key + " until " + expiresAt;
    }
}
