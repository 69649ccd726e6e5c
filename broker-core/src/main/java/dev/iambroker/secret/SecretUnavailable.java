package dev.iambroker.secret;

/** A configured secret could not be read. The message names the reference, what is wrong and what to do. */
public final class SecretUnavailable extends RuntimeException {
    public SecretUnavailable(String message) {
        super(message);
    }

    public SecretUnavailable(String message, Throwable cause) {
        super(message, cause);
    }
}
