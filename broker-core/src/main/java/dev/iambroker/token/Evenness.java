package dev.iambroker.token;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/**
 * How many renewals are planned for each moment of the next hour, so that a further one can be put where there are few. The
 * tokens of very many accounts are had at one time, after a start or an outage, and would come due at one time for ever.
 * Where there are few at a time nothing is moved. Thread-safe.
 */
final class Evenness {
    private static final long GRAIN = 2_000_000_000L;

    /** Longer than half of the longest life of IAM's tokens, which is when they are renewed. */
    private static final int GRAINS = 2048;

    /** So many in one grain are no crowd. */
    private static final int FREE = 2;

    /** As a ring; of grains before {@link #first} it holds nothing. */
    @GuardedBy("this")
    private final int[] planned = new int[GRAINS];

    @GuardedBy("this")
    private long first;

    Evenness(long nowNanos) {
        this.first = grain(nowNanos);
    }

    /** The last of the emptiest moments until {@code latest}, and from {@code earliest} on; one more is planned for it then. */
    synchronized long place(long nowNanos, long earliest, long latest) {
        pass(grain(nowNanos));
        long last = grain(latest);
        if (last < first || last >= first + GRAINS) {
            return latest;
        }
        long best = emptiest(Math.max(first, grain(earliest)), last);
        planned[index(best)]++;
        return Math.max(Math.min(earliest, latest), latest - (last - best) * GRAIN);
    }

    @GuardedBy("this")
    private void pass(long now) {
        long gone = Math.min(now - first, GRAINS);
        for (int i = 0; i < gone; i++) {
            planned[index(first + i)] = 0;
        }
        first = Math.max(first, now);
    }

    @GuardedBy("this")
    private long emptiest(long from, long to) {
        long best = to;
        for (long grain = to - 1; grain >= from && crowd(best) > 0; grain--) {
            if (crowd(grain) < crowd(best)) {
                best = grain;
            }
        }
        return best;
    }

    @GuardedBy("this")
    private int crowd(long grain) {
        return Math.max(0, planned[index(grain)] - FREE);
    }

    private static long grain(long nanos) {
        return Math.floorDiv(nanos, GRAIN);
    }

    private static int index(long grain) {
        return Math.floorMod(grain, GRAINS);
    }
}
