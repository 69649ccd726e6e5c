package dev.iambroker.token;

/** The broker could not be locked or unlocked and is as it was. The message says why and what to do. */
public final class LockFailed extends RuntimeException {
    private final String message;

    LockFailed(String message, Throwable cause) {
        super(message, cause);
        this.message = message;
    }

    /** Never null. */
    @Override
    public String getMessage() {
        return message;
    }
}
