package dev.iambroker.token;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What stands in the way of each token's next renewal. Thread-safe. */
final class Standings {
    /**
     * A row of failures not yet ended by a success.
     *
     * @param sinceNanos when the first of them was
     * @param retryAtNanos when the next attempt may be made; meaningless for a permanent failure
     * @param at when the last of them was
     */
    record Standing(int failures, long sinceNanos, long retryAtNanos, RenewalFailure failure, Instant at) {
        boolean isPermanent() {
            return !(failure instanceof RenewalFailure.Transient);
        }
    }

    private final Map<TokenKey, Standing> standings = new ConcurrentHashMap<>();

    @Nullable
    Standing of(TokenKey key) {
        return standings.get(key);
    }

    void clear(TokenKey key) {
        standings.remove(key);
    }

    /** The number of failures in a row that the next one would make. */
    int nextCount(TokenKey key) {
        Standing standing = standings.get(key);
        return standing == null ? 1 : standing.failures + 1;
    }

    void postponed(TokenKey key, RenewalFailure failure, Duration delay, Time time) {
        Standing before = standings.get(key);
        long now = time.nanos();
        long since = before == null ? now : before.sinceNanos;
        standings.put(key, new Standing(nextCount(key), since, now + delay.toNanos(), failure, time.now()));
    }

    void stopped(TokenKey key, RenewalFailure failure, Time time) {
        standings.put(key, new Standing(1, time.nanos(), time.nanos(), failure, time.now()));
    }

    /** The failure that a caller gets without another attempt; null where one may be made now. */
    @Nullable
    RenewalFailure blocking(TokenKey key, Time time) {
        Standing standing = standings.get(key);
        if (standing == null) {
            return null;
        }
        if (standing.isPermanent()) {
            return standing.failure;
        }
        long remaining = standing.retryAtNanos - time.nanos();
        return remaining <= 0 ? null : postponed(standing, Duration.ofNanos(remaining));
    }

    /** Whether {@link #blocking} has one. Asked at every request, while a token is due: without an object for it. */
    boolean isBlocking(TokenKey key, Time time) {
        Standing standing = standings.get(key);
        return standing != null && (standing.isPermanent() || standing.retryAtNanos - time.nanos() > 0);
    }

    private static RenewalFailure postponed(Standing standing, Duration remaining) {
        String message = String.valueOf(standing.failure.getMessage());
        return new RenewalFailure.Transient(message, standing.failure.iamCode(), remaining);
    }
}
