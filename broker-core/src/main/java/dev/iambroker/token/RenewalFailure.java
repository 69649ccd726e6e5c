package dev.iambroker.token;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Why a token could not be renewed. The message is fit for a client to read. */
public abstract sealed class RenewalFailure extends RuntimeException {
    private final String message;
    private final @Nullable String iamCode;

    private RenewalFailure(String message, @Nullable String iamCode) {
        super(message);
        this.message = message;
        this.iamCode = iamCode;
    }

    /** Never null: every failure says what was wrong and what to do. */
    @Override
    public String getMessage() {
        return message;
    }

    public @Nullable String iamCode() {
        return iamCode;
    }

    /** Something fails for the moment; it is tried again by itself. */
    public static final class Transient extends RenewalFailure {
        private final @Nullable Duration retryAfter;

        Transient(String message, @Nullable String iamCode, @Nullable Duration retryAfter) {
            super(message, iamCode);
            this.retryAfter = retryAfter;
        }

        /** Until the next attempt, or what IAM asked for; null where neither is known. */
        public @Nullable Duration retryAfter() {
            return retryAfter;
        }
    }

    /** Only {@code login}, or a changed credential, helps. */
    public static final class LoginRequired extends RenewalFailure {
        private final boolean isOnlyForWantOfCredential;

        LoginRequired(String message, @Nullable String iamCode) {
            super(message, iamCode);
            this.isOnlyForWantOfCredential = false;
        }

        private LoginRequired(String message) {
            super(message, null);
            this.isOnlyForWantOfCredential = true;
        }

        /** There is nothing to ask IAM with: no session, and no credential that it has not refused before. */
        static LoginRequired forWantOfCredential() {
            return new LoginRequired("no session and nothing to log in with");
        }

        boolean isOnlyForWantOfCredential() {
            return isOnlyForWantOfCredential;
        }
    }

    /** IAM refuses the request itself; asking again changes nothing. */
    public static final class Refused extends RenewalFailure {
        Refused(String message, @Nullable String iamCode) {
            super(message, iamCode);
        }
    }

    /** An OpenShift cluster gives no token; IAM has no part in it, and no login helps. */
    public static final class ClusterRefused extends RenewalFailure {
        ClusterRefused(String message) {
            super(message, null);
        }
    }

    /** The answer is about somebody else, or about another account, than it should be. */
    public static final class IdentityMismatch extends RenewalFailure {
        IdentityMismatch(String message) {
            super(message, null);
        }
    }

    /** The account was logged out on purpose. */
    public static final class Disabled extends RenewalFailure {
        Disabled(String message) {
            super(message, null);
        }
    }

    /** The broker is locked by command; whoever waited is told too. */
    public static final class Locked extends RenewalFailure {
        Locked() {
            super("the broker is locked", null);
        }
    }

    /** The caller's patience ran out before IAM answered. */
    public static final class StillWaiting extends RenewalFailure {
        StillWaiting(String message) {
            super(message, null);
        }
    }
}
