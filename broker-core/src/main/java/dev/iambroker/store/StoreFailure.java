package dev.iambroker.store;

/** The store could not read or write. The message names the file and what to do, never its content. */
public final class StoreFailure extends RuntimeException {
    public StoreFailure(String message, Throwable cause) {
        super(message, cause);
    }

    public StoreFailure(String message) {
        super(message);
    }
}
