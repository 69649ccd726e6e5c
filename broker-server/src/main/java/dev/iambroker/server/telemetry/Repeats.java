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

    /** A hundred bytes each; far more than there are clients that ask again and again within a minute. */
    private static final int MOST_TALLIES = 8 * 1024;

    /** By the event without its time; the eldest first, as all windows are of one length. */
    private final Map<AuditEvent, Window> windows = new LinkedHashMap<>();

    /** In all windows; whoever would have one more has its repeats come as events. */
    private int tallies;

    private final class Window {
        private final long end;
        private final List<RepeatTally> counting = new ArrayList<>(1);
        private @Nullable AuditEntry counted;

        Window(long end) {
            this.end = end;
        }

        void add(@Nullable RepeatTally tally) {
            if (tally == null) {
                return;
            }
            counting.add(tally);
            tallies++;
            if (tallies > MOST_TALLIES) {
                takeOver();
            }
        }

        void count(AuditEntry entry) {
            counted = counted == null ? entry : counted.and(entry);
        }

        /** What its tallies have counted, which then count no more. */
        void takeOver() {
            for (RepeatTally tally : counting) {
                AuditEntry repeats = tally.close();
                if (repeats != null) {
                    count(repeats);
                }
            }
            tallies -= counting.size();
            counting.clear();
        }
    }

    /**
     * Whether {@code event} is a repeat, and counted; else it is a line, and begins a window.
     *
     * @param tally counts further ones; null for none
     */
    boolean absorb(AuditEvent event, @Nullable RepeatTally tally, long nanos) {
        Window open = windows.get(key(event));
        if (open != null && open.end - nanos > 0) {
            open.count(AuditEntry.of(event));
            open.add(tally);
            return true;
        }
        return false;
    }

    /** {@code event} was written as a line. Tally as in {@link #absorb}. */
    void begin(AuditEvent event, @Nullable RepeatTally tally, long nanos) {
        Window window = new Window(nanos + WINDOW.toNanos());
        windows.put(key(event), window);
        window.add(tally);
    }

    /** {@code event} became no line after all. How many repeats of it were counted by then, to no end. */
    long forget(AuditEvent event) {
        Window begun = windows.remove(key(event));
        if (begun == null) {
            return 0;
        }
        begun.takeOver();
        return begun.counted == null ? 0 : begun.counted.count();
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
            window.takeOver();
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
