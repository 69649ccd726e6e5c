package dev.iambroker.store;

import org.jspecify.annotations.Nullable;

/**
 * What proves the audit log to whoever holds a state key: a key that nobody else has, and a place beside the sessions for
 * where the log ends. Thread-safe.
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
}
