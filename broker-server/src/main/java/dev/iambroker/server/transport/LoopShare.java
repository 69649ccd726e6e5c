package dev.iambroker.server.transport;

/** What the connections on one event loop share, by whichever listener they came. Confined to it. */
record LoopShare(Turns turns, Deadlines deadlines, Landings landings, SecretBuffers answers, SecretBuffers requests) {
    /** A token of IAM with all that is said of it takes two to four kilobytes. */
    private static final int ANSWER_BYTES = 8 * 1024;

    /** A request as clients send them. */
    static final int REQUEST_BYTES = 2 * 1024;

    LoopShare() {
        this(new Deadlines());
    }

    private LoopShare(Deadlines deadlines) {
        this(
                new Turns(),
                deadlines,
                new Landings(deadlines),
                new SecretBuffers(ANSWER_BYTES),
                new SecretBuffers(REQUEST_BYTES));
    }
}
