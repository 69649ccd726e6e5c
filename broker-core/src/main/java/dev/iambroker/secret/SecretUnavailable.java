package dev.iambroker.secret;

/** A configured secret could not be read. The message names the reference, what is wrong and what to do. */
public final class SecretUnavailable extends RuntimeException {
    private final String message;

    public SecretUnavailable(String message) {
        super(message);
        this.message = message;
    }

    public SecretUnavailable(String message, Throwable cause) {
        super(message, cause);
        this.message = message;
    }

    /** Never null: every failure says what was wrong and what to do. */
    @Override
    public String getMessage() {
        return message;
    }
}
