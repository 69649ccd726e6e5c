package dev.iambroker.fleet.etcd;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The latest fingerprints of something, for each session; those before are forgotten. Thread-safe. */
final class Latest {
    private final int most;
    private final Map<String, Deque<String>> known = new ConcurrentHashMap<>();

    /** @param most for each session */
    Latest(int most) {
        this.most = most;
    }

    void add(String id, String fingerprint) {
        known.compute(id, (key, before) -> {
            // Whoever asks meanwhile reads the one before.
            Deque<String> latest = before == null ? new ArrayDeque<>() : new ArrayDeque<>(before);
            latest.remove(fingerprint);
            latest.addLast(fingerprint);
            if (latest.size() > most) {
                latest.removeFirst();
            }
            return latest;
        });
    }

    boolean contains(String id, String fingerprint) {
        Deque<String> latest = known.get(id);
        return latest != null && latest.contains(fingerprint);
    }

    boolean hasAny(String id) {
        return known.containsKey(id);
    }

    void forget(String id) {
        known.remove(id);
    }
}
