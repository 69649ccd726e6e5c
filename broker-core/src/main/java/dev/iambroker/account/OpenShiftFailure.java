package dev.iambroker.account;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A cluster gave no token. The message says which cluster and why, and never quotes a credential. */
public final class OpenShiftFailure extends RuntimeException {
    private final String message;
    private final Kind kind;
    private final @Nullable Duration retryAfter;

    /** What to do about it. */
    public enum Kind {
        /** The server, or the way to it, fails for the moment. */
        RETRY,
        /** The passcode was refused; it may have been spent on the way. */
        PASSCODE_REFUSED,
        /** Asking again changes nothing. */
        REFUSED
    }

    /** @param retryAfter what the server asked for, within sensible bounds; null where it did not */
    public OpenShiftFailure(Kind kind, String message, @Nullable Duration retryAfter) {
        super(message);
        this.message = message;
        this.kind = kind;
        this.retryAfter = retryAfter;
    }

    public OpenShiftFailure(Kind kind, String message) {
        this(kind, message, null);
    }

    public Kind kind() {
        return kind;
    }

    public @Nullable Duration retryAfter() {
        return retryAfter;
    }

    /** Never null: every failure says what was wrong and what to do. */
    @Override
    public String getMessage() {
        return message;
    }
}
