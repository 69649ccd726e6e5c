package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Locks and unlocks the broker.
 *
 * <h2>Order of a lock</h2>
 *
 * The state closes first, also before a reload under way ends, so that nothing new begins and no further request is sent. Then the locks of all sessions are
 * taken: what was under way has landed by then, and its rotated refresh token is written. All sessions are written once
 * more, since a full disk may have left one in memory only. Only then the store is locked, and everything in memory
 * dropped. Until that moment a failure leaves all as it was: no login is lost by a lock that does not come about.
 *
 * <p>A renewal that waited for a session finds the state closed when it gets it, and asks nothing.
 *
 * <h2>Order of an unlock</h2>
 *
 * As a start: the sessions are loaded, then served and planned. What is planned goes as fast as the {@link Governor} lets
 * it. The disk is told of the end of the lock once all could be loaded.
 *
 * <p>Not for two threads at once, nor beside a {@link Reconfiguration}: both take several locks.
 */
final class Locking {
    private static final Logger log = LoggerFactory.getLogger(Locking.class);

    private final Accounts accounts;
    private final SessionStore store;
    private final Keeping keeping;
    private final TokenCache cache;
    private final TokenRefresher refresher;
    private final LockState state;
    private final Consumer<AccountName> forget;
    private final Consumer<ManagedAccount> begin;
    private final Consumer<ManagedAccount> plan;

    /**
     * @param forget drops every trace of an account's tokens
     * @param begin begins to serve an account, as a start does
     * @param plan plans a first renewal where there is nothing to serve
     */
    Locking(
            Accounts accounts,
            SessionStore store,
            Keeping keeping,
            TokenCache cache,
            TokenRefresher refresher,
            LockState state,
            Consumer<AccountName> forget,
            Consumer<ManagedAccount> begin,
            Consumer<ManagedAccount> plan) {
        this.accounts = accounts;
        this.store = store;
        this.keeping = keeping;
        this.cache = cache;
        this.refresher = refresher;
        this.state = state;
        this.forget = forget;
        this.begin = begin;
        this.plan = plan;
    }

    void close() {
        state.close();
        tellWaiting();
    }

    void lock(Secret passphrase) {
        close();
        Set<ReentrantLock> sessions = sessions();
        sessions.forEach(ReentrantLock::lock);
        try {
            accounts.all().forEach(this::write);
            store.lock(passphrase);
            dropAll();
            state.locked();
        } catch (StoreFailure | RenewalFailure.Transient e) {
            goOn();
            throw new LockFailed("the broker is not locked and serves on: " + e.getMessage(), e);
        } catch (RuntimeException | Error e) {
            goOn();
            throw e;
        } finally {
            sessions.forEach(ReentrantLock::unlock);
        }
        announceAll();
        // Who came between looking and waiting.
        tellWaiting();
    }

    private void tellWaiting() {
        refresher.disappoint(new RenewalFailure.Locked());
        cache.wakeWaiting();
    }

    private Set<ReentrantLock> sessions() {
        Set<ReentrantLock> sessions = new LinkedHashSet<>();
        accounts.all().forEach(account -> sessions.add(account.session()));
        return sessions;
    }

    private void write(ManagedAccount account) {
        if (account.ownsItsSession()) {
            keeping.settle(account);
        }
        if (!store.isShared()) {
            store.save(account.name(), account.stored());
        }
    }

    private void dropAll() {
        Map<AccountName, ManagedAccount> empty =
                Accounts.empty(accounts.configured().values());
        for (ManagedAccount account : accounts.all()) {
            forget.accept(account.name());
            // A renewal that still waits its turn holds on to it.
            account.drop();
            successor(empty, account).announce(account.announced());
        }
        accounts.replace(Set.copyOf(empty.keySet()), empty);
    }

    private static ManagedAccount successor(Map<AccountName, ManagedAccount> successors, ManagedAccount of) {
        ManagedAccount successor = successors.get(of.name());
        if (successor == null) {
            throw new IllegalStateException("every account has a successor");
        }
        return successor;
    }

    /** Renewals that came due meanwhile were dropped. */
    private void goOn() {
        state.open();
        for (ManagedAccount account : accounts.all()) {
            for (TokenKey key : account.keys()) {
                Token token = cache.usable(key);
                if (token != null) {
                    keeping.plan(token);
                }
            }
            plan.accept(account);
        }
        // What a reload began since the state closed was told of as locked.
        announceAll();
    }

    Tries tries() {
        return store.tries();
    }

    void keep(Tries tries) {
        try {
            store.keep(tries);
        } catch (StoreFailure e) {
            throw new LockFailed("the passphrase was not looked at: " + e.getMessage(), e);
        }
    }

    /** False where it is another passphrase. */
    boolean unlock(Secret passphrase) {
        AtomicReference<Map<AccountName, ManagedAccount>> loaded = new AtomicReference<>(Map.of());
        try {
            Collection<Account> configured = accounts.configured().values();
            if (!store.unlock(passphrase, () -> loaded.set(Accounts.loaded(configured, store)))) {
                return false;
            }
        } catch (StoreFailure e) {
            throw new LockFailed("the broker stays locked: " + e.getMessage(), e);
        }
        serve(loaded.get());
        return true;
    }

    /** A renewal from before must not find the state open and take one without a session for the account. */
    private void serve(Map<AccountName, ManagedAccount> loaded) {
        Set<ReentrantLock> sessions = sessions();
        sessions.forEach(ReentrantLock::lock);
        try {
            for (ManagedAccount locked : accounts.all()) {
                successor(loaded, locked).announce(locked.announced());
            }
            accounts.replace(Set.copyOf(loaded.keySet()), loaded);
            state.open();
        } finally {
            sessions.forEach(ReentrantLock::unlock);
        }
        accounts.all().forEach(begin);
        log.info("unlocked: {} accounts are served again", loaded.size());
    }

    private void announceAll() {
        for (ManagedAccount account : accounts.all()) {
            accounts.announce(account, refresher);
        }
    }
}
