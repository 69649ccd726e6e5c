package dev.iambroker.fleet.etcd;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a login from being handed over while a request for it is under way, or its answer is not written yet: the next
 * renewer would present a refresh token that was used up. Thread-safe.
 */
final class Passages {
    /** For so long a login is kept for an answer to be taken in. */
    private static final Duration UNTIL_WRITTEN = Duration.ofSeconds(30);

    /** A disk or an etcd that fails may be back by then. */
    private static final Duration UNTIL_VOID = Duration.ofMinutes(10);

    private static final int MOST_LOOKS = 150;
    private static final int MILLIS_BETWEEN_LOOKS = 20;

    private final LongSupplier nanos;
    private final Runnable freed;
    private final Map<String, Integer> held = new HashMap<>();
    private final Map<String, Integer> underWay = new HashMap<>();
    private final Map<String, Unwritten> unwritten = new HashMap<>();
    private final Set<String> leaving = new HashSet<>();

    /** @param freed runs when a login may leave that could not before; on any thread */
    Passages(LongSupplier nanos, Runnable freed) {
        this.nanos = nanos;
        this.freed = freed;
    }

    /** Somebody looks whose the login is, and may begin a request then. False where it is leaving. */
    synchronized boolean hold(String id) {
        if (leaving.contains(id)) {
            return false;
        }
        count(held, id);
        return true;
    }

    void release(String id) {
        synchronized (this) {
            discount(held, id);
        }
        freed.run();
    }

    private static void count(Map<String, Integer> counts, String id) {
        counts.merge(id, 1, Integer::sum);
    }

    private static void discount(Map<String, Integer> counts, String id) {
        counts.computeIfPresent(id, (key, count) -> count == 1 ? null : count - 1);
    }

    /** A request is about to begin. False where the login is leaving: then it must not. */
    synchronized boolean enter(String id) {
        if (leaving.contains(id)) {
            return false;
        }
        count(underWay, id);
        // An answer before this one was written, or is void.
        unwritten.remove(id);
        return true;
    }

    /** It ended without an answer that has to be written. */
    void exit(String id) {
        synchronized (this) {
            discount(underWay, id);
        }
        freed.run();
    }

    /**
     * It ended with an answer that is to be kept: {@link #written} comes next.
     *
     * @param isSpent whether the session before it is used up
     */
    synchronized void answered(String id, boolean isSpent) {
        unwritten.put(id, new Unwritten(nanos.getAsLong(), isSpent));
        discount(underWay, id);
    }

    /** Nothing is left to be written. */
    void written(String id) {
        boolean isFreed;
        synchronized (this) {
            isFreed = unwritten.remove(id) != null;
        }
        if (isFreed) {
            freed.run();
        }
    }

    /** Whether an answer that used the session up waits to be written, also for longer than a login is kept for it. */
    synchronized boolean isSpent(String id) {
        Unwritten answer = unwritten.get(id);
        return answer != null && answer.isSpent() && isWithin(answer, UNTIL_VOID);
    }

    private boolean isWithin(@Nullable Unwritten answer, Duration limit) {
        return answer != null && nanos.getAsLong() - answer.sinceNanos() < limit.toNanos();
    }

    /** Lets the login leave: nothing begins until {@link #stay}. False where something is under way. */
    synchronized boolean leave(String id) {
        if (held.containsKey(id) || underWay.containsKey(id) || isWithin(unwritten.get(id), UNTIL_WRITTEN)) {
            return false;
        }
        leaving.add(id);
        return true;
    }

    synchronized void stay(String id) {
        leaving.remove(id);
    }

    /** For when it is known anew whose each login is. */
    synchronized void stayAll() {
        leaving.clear();
    }

    private boolean isBusy() {
        return !underWay.isEmpty() || unwritten.values().stream().anyMatch(answer -> isWithin(answer, UNTIL_WRITTEN));
    }

    /** Waits until nothing is under way or to be written, for some seconds at most. False where something still is. */
    synchronized boolean awaitQuiet() {
        try {
            for (int look = 0; look < MOST_LOOKS && isBusy(); look++) {
                wait(MILLIS_BETWEEN_LOOKS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !isBusy();
    }

    private record Unwritten(long sinceNanos, boolean isSpent) {}
}
