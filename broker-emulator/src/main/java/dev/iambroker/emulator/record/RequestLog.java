package dev.iambroker.emulator.record;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Everything that was asked, the newest {@link #KEPT} of it in full, and every departure. Thread-safe. */
public final class RequestLog {
    /** More than any test looks at, and little enough for a day-long soak. */
    private static final int KEPT = 50_000;

    @GuardedBy("this")
    private final Deque<RecordedRequest> requests = new ArrayDeque<>();

    @GuardedBy("this")
    private final List<String> departures = new ArrayList<>();

    @GuardedBy("this")
    private final Map<GrantKind, Long> grants = new EnumMap<>(GrantKind.class);

    @GuardedBy("this")
    private final Map<GrantKind, Map<String, Long>> logins = new EnumMap<>(GrantKind.class);

    public synchronized void add(RecordedRequest request) {
        requests.addLast(request);
        if (requests.size() > KEPT) {
            requests.removeFirst();
        }
        if (request.grant() != null) {
            grants.merge(request.grant(), 1L, Long::sum);
            add(request.grant(), request.login());
        }
        notifyAll();
    }

    @GuardedBy("this")
    private void add(GrantKind grant, @Nullable String login) {
        if (login != null) {
            logins.computeIfAbsent(grant, unused -> new HashMap<>()).merge(login, 1L, Long::sum);
        }
    }

    public synchronized void departed(String what) {
        departures.add(what);
    }

    public synchronized List<RecordedRequest> requests() {
        return List.copyOf(requests);
    }

    public synchronized List<String> departures() {
        return List.copyOf(departures);
    }

    /** How often that grant was asked for since the start or the last {@link #clear}, whatever the answer. */
    public synchronized long count(GrantKind grant) {
        return grants.getOrDefault(grant, 0L);
    }

    /** As {@link #count(GrantKind)}, of the requests whose {@link RecordedRequest#login} it is. */
    public synchronized long count(GrantKind grant, String login) {
        return logins.getOrDefault(grant, Map.of()).getOrDefault(login, 0L);
    }

    public synchronized void clear() {
        requests.clear();
        departures.clear();
        grants.clear();
        logins.clear();
    }

    /**
     * Waits in real time until that many requests that match were recorded, and returns all that match.
     *
     * @throws AssertionError if they did not come in time
     */
    public synchronized List<RecordedRequest> await(int count, Predicate<RecordedRequest> matching, Duration atMost)
            throws InterruptedException {
        long deadline = System.nanoTime() + atMost.toNanos();
        List<RecordedRequest> found = matching(matching);
        while (found.size() < count) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (left <= 0) {
                throw new AssertionError("expected " + count + " requests within " + atMost + ", saw " + found);
            }
            wait(left);
            found = matching(matching);
        }
        return found;
    }

    @GuardedBy("this")
    private List<RecordedRequest> matching(Predicate<RecordedRequest> matching) {
        return new ArrayList<>(requests.stream().filter(matching).toList());
    }
}
