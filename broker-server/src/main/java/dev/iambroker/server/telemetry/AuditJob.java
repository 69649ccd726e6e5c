package dev.iambroker.server.telemetry;

import dev.iambroker.event.AuditEvent;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the writer of the audit log is given to do. */
sealed interface AuditJob {
    /**
     * @param written completed once the line is in the file, or with what prevented that; null where nobody waits
     * @param tally counts its repeats already; null where they come as events
     */
    record Event(
            AuditEvent event,
            @Nullable CompletableFuture<@Nullable Void> written,
            @Nullable RepeatTally tally) implements AuditJob {}

    /** Look whether the file was moved away. */
    record Reopen() implements AuditJob {}

    /** Nothing follows. */
    record End() implements AuditJob {}
}
