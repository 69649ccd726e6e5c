package dev.iambroker.token;

/**
 * How often one IAM may be asked, as arithmetic: a bucket that fills with the rate and holds what a second brings. A
 * refusal (status 429) halves the rate; after a quiet time it grows back. Immutable. Every reading of the clock is
 * brought along.
 *
 * @param left requests that may be made at once; negative where more were made than were there
 * @param rate requests a second
 * @param atNanos when these two were so, by the monotonic clock
 * @param cutNanos when the rate was halved last
 * @param growsNanos from when on the rate grows, where it is not full
 */
record Budget(double left, double rate, long atNanos, long cutNanos, long growsNanos) {
    static final double FULL_RATE = 25;
    static final double LEAST_RATE = 0.5;

    /** Requests a second, gained every second. */
    private static final double GROWTH = 1;

    private static final double NANOS = 1e9;
    private static final long SECOND = 1_000_000_000L;

    /** So long that a lasting refusal is met at the least rate, and by no more than that. */
    private static final long QUIET = (long) (SECOND / LEAST_RATE);

    /** What rounding may lack of a whole request. */
    private static final double ROUNDING = 1e-6;

    static Budget full(long nowNanos) {
        return new Budget(FULL_RATE, FULL_RATE, nowNanos, nowNanos - SECOND, nowNanos);
    }

    /** The same budget later on; itself for an earlier reading. */
    Budget at(long nowNanos) {
        // nanoTime may wrap: only differences are compared.
        long passed = nowNanos - atNanos;
        if (passed <= 0) {
            return this;
        }
        double seconds = passed / NANOS;
        double steady = Math.min(seconds, steady());
        double growing = Math.min(seconds - steady, growing());
        double grown = growing < growing() ? rate + GROWTH * growing : FULL_RATE;
        double gained = rate * steady + (rate + grown) / 2 * growing + FULL_RATE * (seconds - steady - growing);
        double capacity = Math.max(1, grown);
        return new Budget(Math.min(left + gained, capacity), grown, nowNanos, cutNanos, growsNanos);
    }

    /** Seconds until the rate grows; meaningless where it is full. */
    private double steady() {
        return isFull() ? 0 : Math.max(0, growsNanos - atNanos) / NANOS;
    }

    /** Seconds of growth until the rate is full. */
    private double growing() {
        return (FULL_RATE - rate) / GROWTH;
    }

    boolean isFull() {
        return rate >= FULL_RATE;
    }

    boolean allowsOne() {
        return left >= 1 - ROUNDING;
    }

    /** After a request, whether it was there or not. */
    Budget spent() {
        return new Budget(left - 1, rate, atNanos, cutNanos, growsNanos);
    }

    /** After a request that was counted was not made. */
    Budget returned() {
        return new Budget(left + 1, rate, atNanos, cutNanos, growsNanos);
    }

    /**
     * After IAM refused a request for being one too many. One that was sent before the last cut says nothing of the
     * rate since, and neither does one right behind it; they only show that it is too early to grow.
     */
    Budget refused(long sentNanos) {
        long quiet = atNanos + QUIET;
        boolean isNews = sentNanos - cutNanos >= 0 && atNanos - cutNanos >= SECOND;
        return isNews
                ? new Budget(Math.min(left, 0), Math.max(LEAST_RATE, rate / 2), atNanos, atNanos, quiet)
                : new Budget(left, rate, atNanos, cutNanos, quiet);
    }

    /** How long until one request may be made, unless others are made before; zero for at once. */
    long nanosUntilOne() {
        double missing = 1 - left;
        if (allowsOne()) {
            return 0;
        }
        double gained = isFull() ? 0 : rate * steady();
        if (missing <= gained) {
            return nanos(missing / rate);
        }
        return nanos(steady() + secondsOfGrowthFor(missing - gained));
    }

    private double secondsOfGrowthFor(double requests) {
        double whileGrowing = (rate + FULL_RATE) / 2 * growing();
        return requests <= whileGrowing
                ? (Math.sqrt(rate * rate + 2 * GROWTH * requests) - rate) / GROWTH
                : growing() + (requests - whileGrowing) / FULL_RATE;
    }

    /** How long until the rate is full, unless it is cut before. */
    long nanosUntilFull() {
        return nanos(steady() + growing());
    }

    private static long nanos(double seconds) {
        return (long) Math.ceil(seconds * NANOS);
    }
}
