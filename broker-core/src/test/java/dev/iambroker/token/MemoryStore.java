package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
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
    private volatile boolean failingLoads;
    private volatile @Nullable Runnable beforeSave;
    private volatile @Nullable Runnable afterSave;
    private volatile @Nullable Runnable beforeLock;
    private volatile @Nullable Secret passphrase;
    private volatile Tries tries = Tries.NONE;

    public void full(boolean isFull) {
        this.full = isFull;
    }

    public void failLoads(boolean isFailing) {
        failingLoads = isFailing;
    }

    /** Happens once all sessions are written, before the lock is. */
    public void beforeLock(Runnable hook) {
        beforeLock = hook;
    }

    public void hooks(@Nullable Runnable before, @Nullable Runnable after) {
        this.beforeSave = before;
        this.afterSave = after;
    }

    @Override
    public @Nullable StoredSession load(AccountName account) {
        demandOpen();
        if (failingLoads) {
            throw new StoreFailure("cannot read the session of " + account);
        }
        return sessions.get(account);
    }

    private void demandOpen() {
        if (passphrase != null) {
            throw new StoreFailure("the store is locked");
        }
    }

    @Override
    public boolean isLocked() {
        return passphrase != null;
    }

    @Override
    public void lock(Secret newPassphrase) {
        run(beforeLock);
        if (full) {
            throw new StoreFailure("cannot write the keyring: no space left: free some");
        }
        passphrase = newPassphrase;
        tries = Tries.NONE;
    }

    @Override
    public Tries tries() {
        return tries;
    }

    @Override
    public void keep(Tries newTries) {
        if (full) {
            throw new StoreFailure("cannot write the keyring: no space left: free some");
        }
        tries = newTries;
    }

    @Override
    public boolean unlock(Secret presented, Runnable whileOpening) {
        Secret right = passphrase;
        if (right == null || !right.matches(presented)) {
            return false;
        }
        passphrase = null;
        tries = Tries.NONE;
        try {
            whileOpening.run();
        } catch (StoreFailure e) {
            passphrase = right;
            throw e;
        }
        return true;
    }

    @Override
    public void save(AccountName account, StoredSession session) {
        demandOpen();
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
