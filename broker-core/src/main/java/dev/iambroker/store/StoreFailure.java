package dev.iambroker.store;

/** The store could not read or write. The message names the file and what to do, never its content. */
public sealed class StoreFailure extends RuntimeException permits SessionSuperseded {
    private final String message;

    public StoreFailure(String message, Throwable cause) {
        super(message, cause);
        this.message = message;
    }

    public StoreFailure(String message) {
        super(message);
        this.message = message;
    }

    /** Never null: every failure says what was wrong and what to do. */
    @Override
    public String getMessage() {
        return message;
    }
}
