package dev.iambroker.token;

import java.util.List;

/** Measures how evenly requests come. */
final class Windows {
    private static final double NANOS = 1e9;

    private Windows() {}

    /**
     * How many requests, at most, some window of time has beyond {@code rate} a second. What came into a bucket less
     * what went out of it, and how far that rose above its lowest: one pass over all windows.
     */
    static double mostBeyond(List<Long> nanos, double rate) {
        double most = 0;
        double inBucket = 0;
        long before = nanos.isEmpty() ? 0 : nanos.getFirst();
        for (long at : nanos) {
            inBucket = Math.max(0, inBucket - rate * (at - before) / NANOS) + 1;
            most = Math.max(most, inBucket);
            before = at;
        }
        return most;
    }
}
