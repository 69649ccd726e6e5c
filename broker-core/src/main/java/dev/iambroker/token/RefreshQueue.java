package dev.iambroker.token;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

/** What is to be renewed and when, by the monotonic clock. Thread-safe. */
final class RefreshQueue {
    private record Entry(TokenKey key, long dueNanos) {}

    /** nanoTime may wrap: only differences are compared. */
    private static final Comparator<Entry> BY_DUE =
            ((Comparator<Entry>) (a, b) -> Long.signum(a.dueNanos - b.dueNanos)).thenComparing(Entry::key);

    @GuardedBy("this")
    private final NavigableSet<Entry> byDue = new TreeSet<>(BY_DUE);

    @GuardedBy("this")
    private final Map<TokenKey, Entry> byKey = new HashMap<>();

    private final Time time;
    private final Alarm alarm;

    RefreshQueue(Time time, Alarm alarm) {
        this.time = time;
        this.alarm = alarm;
    }

    /** Plans {@code key} for {@code dueNanos}, in place of any plan before. */
    synchronized void plan(TokenKey key, long dueNanos) {
        forget(key);
        Entry entry = new Entry(key, dueNanos);
        byKey.put(key, entry);
        byDue.add(entry);
        if (byDue.first().equals(entry)) {
            arm();
        }
    }

    /** Says anew when something planned is due. */
    @FunctionalInterface
    interface Plan {
        /** @param dueNanos by the plan until now */
        long dueNanos(TokenKey key, long dueNanos);
    }

    /** Plans everything anew; says how many plans were moved. */
    @CanIgnoreReturnValue
    synchronized int replan(Plan plan) {
        List<Entry> before = List.copyOf(byDue);
        byDue.clear();
        byKey.clear();
        int moved = 0;
        for (Entry entry : before) {
            Entry next = new Entry(entry.key, plan.dueNanos(entry.key, entry.dueNanos));
            byKey.put(next.key, next);
            byDue.add(next);
            moved += next.equals(entry) ? 0 : 1;
        }
        arm();
        return moved;
    }

    synchronized void forget(TokenKey key) {
        Entry planned = byKey.remove(key);
        if (planned != null) {
            byDue.remove(planned);
        }
    }

    /** Removes and returns all that is due, the most overdue first, and arms the alarm for the next. */
    synchronized List<TokenKey> takeDue() {
        long nowNanos = time.nanos();
        List<TokenKey> due = new ArrayList<>();
        while (!byDue.isEmpty() && byDue.first().dueNanos - nowNanos <= 0) {
            Entry entry = byDue.removeFirst();
            byKey.remove(entry.key);
            due.add(entry.key);
        }
        arm();
        return due;
    }

    @GuardedBy("this")
    private void arm() {
        if (!byDue.isEmpty()) {
            alarm.arm(Math.max(0, byDue.first().dueNanos - time.nanos()));
        }
    }
}
