package dev.iambroker.event;

/** Where decisions are put on record. Thread-safe; must not block the caller on a disk. */
@FunctionalInterface
public interface AuditLog {
    /** Keeps no record. */
    AuditLog NONE = event -> {};

    void record(AuditEvent event);
}
