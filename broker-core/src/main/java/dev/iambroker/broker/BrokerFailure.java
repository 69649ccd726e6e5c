package dev.iambroker.broker;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A request that the broker cannot serve. The message is for the client: what was wrong, what was expected, what to
 * do; it never holds a credential and never echoes input.
 */
public abstract sealed class BrokerFailure extends RuntimeException {
    private final String message;
    private final About about;

    private BrokerFailure(String message, About about) {
        super(message);
        this.message = message;
        this.about = about;
    }

    /** Never null: every failure says what was wrong and what to do. */
    @Override
    public String getMessage() {
        return message;
    }

    public About about() {
        return about;
    }

    /**
     * What an error is about; null where it does not apply.
     *
     * @param retryAfter when it makes sense to come back
     * @param hint a command that helps
     */
    public record About(
            @Nullable AccountName account,
            @Nullable AccountState state,
            @Nullable String iamCode,
            @Nullable Duration retryAfter,
            @Nullable String hint) {
        public static final About NOTHING = new About(null, null, null, null, null);

        public static About account(AccountName account) {
            return new About(account, null, null, null, null);
        }

        public About withState(AccountState newState) {
            return new About(account, newState, iamCode, retryAfter, hint);
        }

        public About withIamCode(@Nullable String newIamCode) {
            return new About(account, state, newIamCode, retryAfter, hint);
        }

        public About withRetryAfter(@Nullable Duration newRetryAfter) {
            return new About(account, state, iamCode, newRetryAfter, hint);
        }

        public About withHint(String newHint) {
            return new About(account, state, iamCode, retryAfter, newHint);
        }
    }

    /** The client has no right to this. */
    public static final class Denied extends BrokerFailure {
        public Denied(String message, About about) {
            super(message, about);
        }
    }

    /** The account stands in the way; {@link #kind()} says how. */
    public static final class Conflict extends BrokerFailure {
        private final Kind kind;

        public Conflict(Kind kind, String message, About about) {
            super(message, about);
            this.kind = kind;
        }

        public Kind kind() {
            return kind;
        }

        /** Why the account cannot serve. */
        public enum Kind {
            LOGIN_REQUIRED("login_required"),
            DISABLED("disabled"),
            ACCOUNT_UNBOUND("account_unbound"),
            IDENTITY_MISMATCH("identity_mismatch"),
            AMBIGUOUS_CLUSTER("ambiguous_cluster"),
            CLUSTER_REFUSED("cluster_refused");

            private final String word;

            Kind(String word) {
                this.word = word;
            }

            public String word() {
                return word;
            }
        }
    }

    /** IAM refused the credential that a person brought. */
    public static final class LoginRefused extends BrokerFailure {
        public LoginRefused(String message, About about) {
            super(message, about);
        }
    }

    /** The broker is locked by command. */
    public static final class Locked extends BrokerFailure {
        public Locked(String message, About about) {
            super(message, about);
        }
    }

    /** A passphrase does not unlock. */
    public static final class PassphraseRefused extends BrokerFailure {
        private final Reason reason;

        public PassphraseRefused(Reason reason, String message, About about) {
            super(message, about);
            this.reason = reason;
        }

        public Reason reason() {
            return reason;
        }

        /** Why it does not. */
        public enum Reason {
            /** It is another one. */
            WRONG,
            /** It was not looked at: another attempt failed a moment ago, or is under way. */
            TOO_SOON
        }
    }

    /** The broker's own disk stands in the way. */
    public static final class StoreFailed extends BrokerFailure {
        public StoreFailed(String message, About about) {
            super(message, about);
        }
    }

    /** The client is over the rate of its rule; {@link #about()} says when to come back. */
    public static final class TooManyRequests extends BrokerFailure {
        public TooManyRequests(String message, About about) {
            super(message, about);
        }
    }

    /** No such account or cluster. */
    public static final class Unknown extends BrokerFailure {
        public Unknown(String message, About about) {
            super(message, about);
        }
    }

    /** The request makes no sense for this account. */
    public static final class BadRequest extends BrokerFailure {
        public BadRequest(String message, About about) {
            super(message, about);
        }
    }

    /** IAM is known to fail and nothing usable is left. */
    public static final class Unavailable extends BrokerFailure {
        public Unavailable(String message, About about) {
            super(message, about);
        }
    }

    /** Nothing may go out without a record, and the audit log cannot be written. */
    public static final class Unrecorded extends BrokerFailure {
        public Unrecorded(String message, About about) {
            super(message, about);
        }
    }

    /** The client's {@code wait} ran out while IAM had not answered, and nothing usable is left. */
    public static final class DeadlineExceeded extends BrokerFailure {
        public DeadlineExceeded(String message, About about) {
            super(message, about);
        }
    }
}
