package dev.iambroker.fleet.etcd;

import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoredSession;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The latest refresh tokens of each shared login, by fingerprint: one that comes from elsewhere, by a login of somebody here,
 * uses nothing up that others have. Thread-safe.
 */
final class Presented {
    private static final int MOST = 16;

    private final Map<String, Deque<String>> fingerprints = new ConcurrentHashMap<>();

    void know(String id, StoredSession session) {
        know(id, session.previousRefreshToken());
        know(id, session.refreshToken());
    }

    private void know(String id, @Nullable Secret token) {
        if (token == null) {
            return;
        }
        String fingerprint = token.fingerprint();
        fingerprints.compute(id, (key, known) -> {
            Deque<String> latest = known == null ? new ArrayDeque<>() : new ArrayDeque<>(known);
            latest.remove(fingerprint);
            latest.addLast(fingerprint);
            if (latest.size() > MOST) {
                latest.removeFirst();
            }
            return latest;
        });
    }

    boolean isKnown(String id, Secret token) {
        Deque<String> known = fingerprints.get(id);
        return known != null && known.contains(token.fingerprint());
    }
}
