package dev.iambroker.event;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import java.time.Duration;
import java.time.Instant;

/** What happens in the broker, for metrics and logs. Implementations are thread-safe, quick and never throw. */
public interface BrokerEvents {
    /** Nobody listens. */
    BrokerEvents NONE = new BrokerEvents() {};

    /** How a renewal ended: the label {@code outcome}. */
    enum Outcome {
        SUCCESS("success"),
        /** Will be tried again by itself. */
        TRANSIENT("transient"),
        /** Will not be tried again until something changes. */
        PERMANENT("permanent");

        private final String word;

        Outcome(String word) {
            this.word = word;
        }

        public String word() {
            return word;
        }
    }

    default void refreshed(AccountName account, TokenKind kind, Outcome outcome) {}

    /** A caller joined a renewal that was already under way. */
    default void coalesced(AccountName account, TokenKind kind) {}

    /** A token is in the cache and can be handed out. */
    default void tokenCached(AccountName account, TokenKind kind, Instant expiresAt) {}

    /** No token of this kind is cached any more. */
    default void tokenDropped(AccountName account, TokenKind kind) {}

    /** A token of an OpenShift cluster is in the cache and can be handed out. */
    default void clusterTokenCached(AccountName account, String cluster, Instant expiresAt) {}

    /** No token of this OpenShift cluster is cached any more. */
    default void clusterTokenDropped(AccountName account, String cluster) {}

    /** IAM said when the session's refresh token ends. */
    default void refreshTokenExpires(AccountName account, Instant expiresAt) {}

    default void stateChanged(AccountName account, AccountState from, AccountState to) {}

    default void storeWritten(boolean success) {}

    /** A rule in dry-run would have denied a request. */
    default void wouldDeny(String rule) {}

    /** The wall clock was stepped, or the machine slept; positive for forward. */
    default void clockJumped(Duration step) {}
}
