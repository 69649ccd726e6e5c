package dev.iambroker.server.telemetry;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.event.AuditEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Collapses what is said again. Of events that differ in their time alone, and of refusals of one user's processes, the first is a line at once; those of the
 * minute after it are counted, and are one line when the minute is over. Not thread-safe.
 */
final class Repeats {
    static final Duration WINDOW = Duration.ofMinutes(1);

    /** Some megabytes; beyond it the eldest minute ends early. */
    private static final int MOST_WINDOWS = 8 * 1024;

    /** By the event without its time; the eldest first, as all windows are of one length. */
    private final Map<AuditEvent, Window> windows = new LinkedHashMap<>();

    private static final class Window {
        private final long end;
        private @Nullable AuditEntry counted;

        Window(long end) {
            this.end = end;
        }
    }

    /** Whether {@code event} is a repeat, and counted; else it is a line, and begins a window. */
    boolean absorb(AuditEvent event, long nanos) {
        Window open = windows.get(key(event));
        if (open != null && open.end - nanos > 0) {
            open.counted = open.counted == null ? AuditEntry.of(event) : open.counted.and(event);
            return true;
        }
        return false;
    }

    /** {@code event} was written as a line. */
    void begin(AuditEvent event, long nanos) {
        windows.put(key(event), new Window(nanos + WINDOW.toNanos()));
    }

    /** {@code event} became no line after all. How many repeats of it were counted by then, to no end. */
    long forget(AuditEvent event) {
        Window begun = windows.remove(key(event));
        return begun == null || begun.counted == null ? 0 : begun.counted.count();
    }

    /** What was counted in windows that are over, or that there is no room for. They are closed. */
    List<AuditEntry> ended(long nanos) {
        return close(window -> window.end - nanos <= 0 || windows.size() > MOST_WINDOWS);
    }

    /** What was counted in all windows. They are closed. */
    List<AuditEntry> all() {
        return close(window -> true);
    }

    private List<AuditEntry> close(Predicate<Window> isOver) {
        List<AuditEntry> counted = new ArrayList<>();
        Iterator<Window> eldestFirst = windows.values().iterator();
        while (eldestFirst.hasNext()) {
            Window window = eldestFirst.next();
            if (!isOver.test(window)) {
                break;
            }
            if (window.counted != null) {
                counted.add(window.counted);
            }
            eldestFirst.remove();
        }
        return counted;
    }

    /** When the eldest window ends, null where there is none. */
    @Nullable
    Long nextEnd() {
        Iterator<Window> eldest = windows.values().iterator();
        return eldest.hasNext() ? eldest.next().end : null;
    }

    private static AuditEvent key(AuditEvent event) {
        return new AuditEvent(
                Instant.EPOCH,
                event.allowed() ? event.client() : anyProcessOf(event.client()),
                event.action(),
                event.account(),
                event.cluster(),
                event.allowed(),
                event.rule(),
                event.source(),
                event.fingerprint());
    }

    /** Whoever is refused may begin a process for each refusal, of a program under another name each: all are one. */
    private static ClientIdentity anyProcessOf(ClientIdentity client) {
        Peer peer = client.peer();
        return peer == null
                ? client
                : new ClientIdentity(
                        new Peer(peer.uid(), peer.gid(), peer.groups(), 0, 0), client.provenClients(), client.scope());
    }
}
