package dev.iambroker.server.telemetry;

import dev.iambroker.event.AuditEvent;
import java.time.Instant;

/**
 * What becomes a line: an event, or how often it was repeated.
 *
 * @param event the last of them
 * @param count of them
 * @param first when the first of them was
 */
record AuditEntry(AuditEvent event, long count, Instant first) {
    static AuditEntry of(AuditEvent event) {
        return new AuditEntry(event, 1, event.at());
    }

    AuditEntry and(AuditEvent next) {
        return and(AuditEntry.of(next));
    }

    /** Both together, whichever was counted first. */
    AuditEntry and(AuditEntry other) {
        AuditEvent last = other.event.at().isBefore(event.at()) ? event : other.event;
        Instant earlier = other.first.isBefore(first) ? other.first : first;
        return new AuditEntry(last, count + other.count, earlier);
    }
}
