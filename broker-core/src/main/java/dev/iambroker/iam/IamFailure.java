package dev.iambroker.iam;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A grant that did not succeed, classified once, by IAM's error code and status. Callers switch over the class. The
 * message holds IAM's code and words, never a credential.
 */
public abstract sealed class IamFailure extends RuntimeException {
    private final String message;
    /** Not an HTTP status: the exchange did not get as far as one. */
    public static final int NO_STATUS = 0;

    private final int status;
    private final @Nullable String iamCode;

    private IamFailure(String message, int status, @Nullable String iamCode) {
        super(message);
        this.message = message;
        this.status = status;
        this.iamCode = iamCode;
    }

    /** Never null: every failure says what was wrong and what to do. */
    @Override
    public String getMessage() {
        return message;
    }

    /** The HTTP status, or {@link #NO_STATUS}. */
    public int status() {
        return status;
    }

    /** IAM's {@code errorCode}, {@code BXNIM0415E}. */
    public @Nullable String iamCode() {
        return iamCode;
    }

    /** IAM, or the way to it, fails for the moment. */
    public static final class Retry extends IamFailure {
        private final @Nullable Duration retryAfter;

        /** @param retryAfter what IAM asked for, within sensible bounds; null where it did not */
        public Retry(String message, int status, @Nullable String iamCode, @Nullable Duration retryAfter) {
            super(message, status, iamCode);
            this.retryAfter = retryAfter;
        }

        public @Nullable Duration retryAfter() {
            return retryAfter;
        }
    }

    /** The credential that was presented is dead: another login is needed. */
    public static final class Reauthenticate extends IamFailure {
        public Reauthenticate(String message, int status, @Nullable String iamCode) {
            super(message, status, iamCode);
        }
    }

    /** The request itself is refused: sending it again, or logging in again, changes nothing. */
    public static final class GiveUp extends IamFailure {
        public GiveUp(String message, int status, @Nullable String iamCode) {
            super(message, status, iamCode);
        }
    }
}
