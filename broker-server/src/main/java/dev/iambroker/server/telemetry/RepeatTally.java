package dev.iambroker.server.telemetry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.Tally;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Counts repeats of one event where they happen, rather than each on its way through the writer's queue. Thread-safe: one
 * thread counts, and the writer takes over what was counted when the minute is over.
 */
final class RepeatTally implements Tally {
    private final AuditEvent event;

    @GuardedBy("this")
    private long count;

    @GuardedBy("this")
    private long first;

    @GuardedBy("this")
    private long last;

    @GuardedBy("this")
    private boolean isClosed;

    /** @param event what is repeated */
    RepeatTally(AuditEvent event) {
        this.event = event;
    }

    @Override
    public synchronized boolean count(long epochMillis) {
        if (isClosed) {
            return false;
        }
        if (count == 0) {
            first = epochMillis;
        }
        count++;
        last = epochMillis;
        return true;
    }

    /** Counts no more; what it has counted, null for nothing. */
    synchronized @Nullable AuditEntry close() {
        isClosed = true;
        return count == 0
                ? null
                : new AuditEntry(event.at(Instant.ofEpochMilli(last)), count, Instant.ofEpochMilli(first));
    }
}
