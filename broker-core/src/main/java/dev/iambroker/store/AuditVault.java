package dev.iambroker.store;

import org.jspecify.annotations.Nullable;

/**
 * What proves the audit log to whoever holds a state key: a key that nobody else has, and a place beside the sessions for
 * where the log ends, and a mark that one was begun. Thread-safe.
 */
public interface AuditVault {
    /** Bytes of a {@link #mac}. */
    int MAC_BYTES = 32;

    /** HMAC-SHA256 of {@code record} under a key that serves nothing else. */
    byte[] mac(byte[] record);

    /**
     * What {@link #saveHead} kept last, null where nothing was ever kept.
     *
     * @throws StoreFailure if it cannot be read, or is not what was kept
     */
    byte @Nullable [] head();

    /**
     * Keeps {@code head} sealed, in place of what was kept before. Returns when it is on disk.
     *
     * @throws StoreFailure if it is not; the one before is still there then
     */
    void saveHead(byte[] head);

    /**
     * What {@link #saveMark} kept last, where it cannot be deleted with the head: null where no log was ever begun, empty
     * where one was and nothing is known of it.
     *
     * @throws StoreFailure if it was taken away or changed
     */
    byte @Nullable [] mark();

    /**
     * Keeps for ever that a log was begun, and {@code mark} as what is known of it. Returns when it is on disk. For rare use:
     * it is kept in the file that holds the keys.
     *
     * @throws StoreFailure if it is not; the one before is still there then
     */
    void saveMark(byte[] mark);
}
