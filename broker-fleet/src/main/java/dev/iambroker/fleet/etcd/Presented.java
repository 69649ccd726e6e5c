package dev.iambroker.fleet.etcd;

import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoredSession;
import org.jspecify.annotations.Nullable;

/**
 * The latest refresh tokens of each shared login, by fingerprint: one that comes from elsewhere, by a login of somebody here,
 * uses nothing up that others have. Thread-safe.
 */
final class Presented {
    private static final int MOST = 16;

    private final Latest fingerprints = new Latest(MOST);

    void know(String id, StoredSession session) {
        know(id, session.previousRefreshToken());
        know(id, session.refreshToken());
    }

    private void know(String id, @Nullable Secret token) {
        if (token != null) {
            fingerprints.add(id, token.fingerprint());
        }
    }

    boolean isKnown(String id, Secret token) {
        return fingerprints.contains(id, token.fingerprint());
    }
}
