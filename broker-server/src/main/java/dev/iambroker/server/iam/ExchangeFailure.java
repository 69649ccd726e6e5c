package dev.iambroker.server.iam;

/**
 * The exchange ended without a whole answer. The message is one of a fixed set of phrases that follow "SERVICE at HOST";
 * what the other side sent is never part of it, and there is no cause, whose text could quote it.
 */
final class ExchangeFailure extends Exception {
    ExchangeFailure(String phrase) {
        super(phrase, null, false, false);
    }

    /** {@code refused the connection}. */
    String phrase() {
        return String.valueOf(getMessage());
    }
}
