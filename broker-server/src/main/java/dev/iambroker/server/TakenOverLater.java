package dev.iambroker.server;

/** A configuration is right and not in force yet, but for the rights that it takes away. The message is for the log. */
final class TakenOverLater extends RuntimeException {
    TakenOverLater(String message) {
        super(message);
    }
}
