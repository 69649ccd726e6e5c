package dev.iambroker.token;

import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The flights that wait to go to one IAM, and which of them is next. Those that somebody with nothing waits for go by
 * their turn; the others by when the first caller would fail. One flight of a session at a time. Not thread-safe.
 */
final class Departures {
    /** Callers of accounts that fail and fail again must not keep good tokens from being renewed in time. */
    private static final int AWAITED_IN_A_ROW = 3;

    /** nanoTime may wrap: only differences are compared. */
    private static final Comparator<Flight> BY_FAILING =
            ((Comparator<Flight>) (a, b) -> Long.signum(a.failsNanos() - b.failsNanos())).thenComparing(Flight::key);

    private final Set<Flight> awaited = new LinkedHashSet<>();
    private final NavigableSet<Flight> planned = new TreeSet<>(BY_FAILING);
    private final Set<Object> busy = new HashSet<>();
    private int awaitedInARow;

    void add(Flight flight) {
        if (flight.isAwaited()) {
            awaited.add(flight);
        } else {
            planned.add(flight);
        }
    }

    /** Somebody waits for it now. Nothing happens to one that is not here. */
    void hasten(Flight flight) {
        if (planned.remove(flight)) {
            awaited.add(flight);
        }
    }

    boolean isEmpty() {
        return awaited.isEmpty() && planned.isEmpty();
    }

    /**
     * Removes and returns the next, and keeps its session busy; null where there is none or all sessions are busy.
     *
     * @param hasRoom whether one that takes room may go
     */
    @Nullable
    Flight take(boolean hasRoom) {
        Flight next = next(hasRoom);
        if (next != null) {
            awaited.remove(next);
            planned.remove(next);
            awaitedInARow = next.isAwaited() ? awaitedInARow + 1 : 0;
            busy.add(next.turn());
        }
        return next;
    }

    private @Nullable Flight next(boolean hasRoom) {
        Flight awaitedNext = firstThatMayGo(awaited, true);
        if (awaitedNext != null && awaitedInARow < AWAITED_IN_A_ROW) {
            return awaitedNext;
        }
        Flight plannedNext = firstThatMayGo(planned, hasRoom);
        return plannedNext != null ? plannedNext : awaitedNext;
    }

    private @Nullable Flight firstThatMayGo(Set<Flight> flights, boolean hasRoom) {
        for (Flight flight : flights) {
            if ((hasRoom || !flight.takesRoom()) && !busy.contains(flight.turn())) {
                return flight;
            }
        }
        return null;
    }

    /** {@code flight} has ended. */
    void ended(Flight flight) {
        busy.remove(flight.turn());
    }
}
