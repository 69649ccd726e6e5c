package dev.iambroker.server.http;

import dev.iambroker.broker.LockControl;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.secret.Secret;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** A lock without a broker behind it. Notes what it was asked. Thread-safe. */
public final class FakeLock implements LockControl {
    public final List<String> asked = new CopyOnWriteArrayList<>();
    public volatile @Nullable RuntimeException failure;
    private volatile boolean isLocked;

    @Override
    public void lock(ClientIdentity client, Secret passphrase) {
        note("lock");
        isLocked = true;
    }

    @Override
    public void unlock(ClientIdentity client, Secret passphrase) {
        note("unlock");
        isLocked = false;
    }

    private void note(String word) {
        asked.add(word);
        RuntimeException toThrow = failure;
        if (toThrow != null) {
            throw toThrow;
        }
    }

    @Override
    public boolean isLocked() {
        return isLocked;
    }
}
