package dev.iambroker.store;

import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
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

    /**
     * Replaces the sessions of two accounts, of which the second shares the login of the first. As {@link #save} for each, in
     * that order; a store that is shared replaces both or none.
     *
     * @throws StoreFailure if one of them could not be made durable
     */
    default void save(AccountName owner, StoredSession session, AccountName sharing, StoredSession sharingSession) {
        save(owner, session);
        save(sharing, sharingSession);
    }

    /** Whether other brokers write it too. Then a refresh token that is not the newest is never worth a try. */
    default boolean isShared() {
        return false;
    }

    /** Whether a passphrase locks it: then nothing can be loaded or saved. Also found so when it is opened. */
    boolean isLocked();

    /**
     * Locks it by {@code passphrase}. When this returns the lock is on disk and the key to the sessions is forgotten here;
     * when it throws it is as open as before. May take a second of computing.
     *
     * @throws StoreFailure if the lock could not be made durable
     */
    void lock(Secret passphrase);

    /** What was tried since it was locked; {@link Tries#NONE} where it is not locked. @throws StoreFailure if it cannot be read */
    Tries tries();

    /**
     * Keeps {@code tries} until it is unlocked. When this returns they are on disk. Only while it is locked.
     *
     * @throws StoreFailure if they could not be made durable
     */
    void keep(Tries tries);

    /**
     * Unlocks it. May take a second of computing.
     *
     * @param whileOpening runs once sessions can be loaded, before the disk is told; where it fails the store stays locked
     * @return false where it is another passphrase; it stays locked then
     * @throws StoreFailure if the store cannot be opened for another reason, or the end of the lock not be written; it
     *     stays locked then
     */
    boolean unlock(Secret passphrase, Runnable whileOpening);
}
