package dev.iambroker.event;

/** A record that is required cannot be written. The message is for the log; it names no secret. */
public final class AuditUnavailable extends RuntimeException {
    public AuditUnavailable(String message) {
        super(message);
    }
}
