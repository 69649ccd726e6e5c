package dev.iambroker.store;

/** Sessions as bytes in clear, to be sealed by whoever stores them. Thread-safe. */
public interface SessionFormat {
    /** The caller overwrites the bytes when it is done with them. */
    byte[] write(StoredSession session);

    /** @throws IllegalArgumentException without a word of the content, if it is no session */
    StoredSession read(byte[] bytes);
}
