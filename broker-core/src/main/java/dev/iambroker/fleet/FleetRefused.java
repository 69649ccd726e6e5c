package dev.iambroker.fleet;

/** This broker cannot join as it is configured. The message is one line: what is wrong, what was expected, what to do. */
public final class FleetRefused extends RuntimeException {
    private final String message;

    public FleetRefused(String message) {
        super(message);
        this.message = message;
    }

    @Override
    public String getMessage() {
        return message;
    }
}
