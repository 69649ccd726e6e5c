package dev.iambroker.event;

import org.jspecify.annotations.Nullable;

/** Where decisions are put on record. Thread-safe; must not block the caller on a disk. */
@FunctionalInterface
public interface AuditLog {
    /** Keeps no record. */
    AuditLog NONE = event -> {};

    void record(AuditEvent event);

    /**
     * Records {@code event}, which is likely to happen again soon with nothing but its time changed.
     *
     * @return counts the next; null where each is to be recorded by itself
     */
    default @Nullable Tally recordFirst(AuditEvent event) {
        record(event);
        return null;
    }

    /** Whether nothing may be handed out without its record: then {@link #require} takes the place of {@link #record}. */
    default boolean isRequired() {
        return false;
    }

    /**
     * Returns once the record is written, and no crash can take it. Blocks on a disk: not for an event loop.
     *
     * @throws AuditUnavailable if it cannot be written; what it tells of must not happen then
     */
    default void require(AuditEvent event) {
        record(event);
    }
}
