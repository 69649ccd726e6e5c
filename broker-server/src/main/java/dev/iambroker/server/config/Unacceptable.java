package dev.iambroker.server.config;

import dev.iambroker.account.Nearest;
import org.jspecify.annotations.Nullable;

/** A value that a key cannot have. The message says what is wrong with it and does not quote it. */
final class Unacceptable extends Exception {
    private final @Nullable String nearest;

    Unacceptable(String message) {
        this(message, null);
    }

    /** @param nearest the valid value that was probably meant */
    Unacceptable(String message, @Nullable String nearest) {
        super(message);
        this.nearest = nearest;
    }

    String text(String expected) {
        return getMessage() + " (expected " + expected + ")" + Nearest.question(nearest);
    }
}
