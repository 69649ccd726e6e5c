package dev.iambroker.it.bench;

/** This machine lacks what a figure takes; the message says what. */
final class NotMeasurable extends Exception {
    private static final long serialVersionUID = 1;

    NotMeasurable(String reason) {
        super(reason);
    }
}
