package dev.iambroker.server.iam;

/**
 * The exchange ended without a whole answer. The message is one of a fixed set of phrases that follow "SERVICE at HOST";
 * what the other side sent is never part of it, and there is no cause, whose text could quote it.
 */
final class ExchangeFailure extends Exception {
    private final boolean mayHaveArrived;

    ExchangeFailure(String phrase) {
        this(phrase, true);
    }

    /** @param mayHaveArrived false where the request was surely not sent */
    ExchangeFailure(String phrase, boolean mayHaveArrived) {
        super(phrase, null, false, false);
        this.mayHaveArrived = mayHaveArrived;
    }

    /** Whether the other side may have acted on the request. */
    boolean mayHaveArrived() {
        return mayHaveArrived;
    }

    /** {@code refused the connection}. */
    String phrase() {
        return String.valueOf(getMessage());
    }
}
