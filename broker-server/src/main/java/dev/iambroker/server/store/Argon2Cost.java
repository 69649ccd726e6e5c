package dev.iambroker.server.store;

/** What one guess of a passphrase costs: RFC 9106 parameters m (in KiB), t and p. Kept in the slot, so that it can be raised. */
record Argon2Cost(int memoryKib, int iterations, int parallelism) {
    /** OWASP's 19 MiB, so that it fits into the daemon's small heap, with twice the passes of OWASP's. */
    static final Argon2Cost DEFAULT = new Argon2Cost(19 * 1024, 4, 1);

    /** What the heap has room for: more would end the daemon at the first passphrase. */
    private static final int MOST_MEMORY_KIB = 32 * 1024;

    private static final int MOST_ITERATIONS = 100;
    private static final int MOST_LANES = 16;

    /** Whether deriving with it ends in a time and memory that a start can afford: a keyring may be foreign. */
    boolean isSane() {
        return isWithin(memoryKib, 8, MOST_MEMORY_KIB)
                && isWithin(iterations, 1, MOST_ITERATIONS)
                && isWithin(parallelism, 1, MOST_LANES);
    }

    private static boolean isWithin(int value, int least, int most) {
        return value >= least && value <= most;
    }
}
