package dev.iambroker.server.transport;

import org.jspecify.annotations.Nullable;

/** A listener could not be set up. The message says where, why and what to do. */
public final class ListenFailure extends RuntimeException {
    ListenFailure(String message) {
        super(message);
    }

    ListenFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
