package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** A disk in memory. It can be full, and it can be cut off at a save, before or after it took effect. */
public class MemoryStore implements SessionStore {
    private final Map<AccountName, StoredSession> sessions = new ConcurrentHashMap<>();
    private volatile boolean full;
    private volatile @Nullable Runnable beforeSave;
    private volatile @Nullable Runnable afterSave;

    public void full(boolean isFull) {
        this.full = isFull;
    }

    public void hooks(@Nullable Runnable before, @Nullable Runnable after) {
        this.beforeSave = before;
        this.afterSave = after;
    }

    @Override
    public @Nullable StoredSession load(AccountName account) {
        return sessions.get(account);
    }

    @Override
    public void save(AccountName account, StoredSession session) {
        run(beforeSave);
        if (full) {
            throw new StoreFailure("cannot write the session of " + account + ": no space left: free some");
        }
        sessions.put(account, session);
        run(afterSave);
    }

    private static void run(@Nullable Runnable hook) {
        if (hook != null) {
            hook.run();
        }
    }
}
