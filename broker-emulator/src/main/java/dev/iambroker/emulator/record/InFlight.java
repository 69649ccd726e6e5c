package dev.iambroker.emulator.record;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.HashMap;
import java.util.Map;

/** How many requests of one kind are between their arrival and the end of their answer. Thread-safe. */
public final class InFlight {
    @GuardedBy("this")
    private final Map<String, Integer> now = new HashMap<>();

    @GuardedBy("this")
    private int peak;

    public synchronized void enter(String key) {
        peak = Math.max(peak, now.merge(key, 1, Integer::sum));
    }

    public synchronized void leave(String key) {
        int others = now.getOrDefault(key, 0) - 1;
        if (others > 0) {
            now.put(key, others);
        } else {
            now.remove(key);
        }
    }

    /** The most that ever were in flight for one key. */
    public synchronized int peak() {
        return peak;
    }
}
