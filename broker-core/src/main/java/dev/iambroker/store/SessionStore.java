package dev.iambroker.store;

import dev.iambroker.account.AccountName;
import org.jspecify.annotations.Nullable;

/**
 * Port to durable sessions, one for each account. Implementations are thread-safe for different accounts; calls for
 * one account are serialised by the caller.
 */
public interface SessionStore {
    /**
     * The session of {@code account}, or null where there is none. What is found damaged is set aside under another
     * name, reported in the log, and counts as none.
     *
     * @throws StoreFailure if the store itself cannot be read
     */
    @Nullable
    StoredSession load(AccountName account);

    /**
     * Replaces the session of {@code account}. When this returns the new one is on disk; when it throws the old or the
     * new one is there, whole.
     *
     * @throws StoreFailure if it could not be made durable
     */
    void save(AccountName account, StoredSession session);
}
