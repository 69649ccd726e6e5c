package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoredSession;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The accounts that are brokered, each with its session. A reload replaces them; readers see one set or the other. Thread-safe. */
final class Accounts {
    private volatile Roll roll;
    private final LockState lock;
    private final TokenCache cache;
    private final BrokerEvents events;

    private Accounts(
            NavigableMap<AccountName, ManagedAccount> byName, LockState lock, TokenCache cache, BrokerEvents events) {
        this.roll = Roll.of(byName);
        this.lock = lock;
        this.cache = cache;
        this.events = events;
    }

    /** With their sessions; with empty ones where the store is locked. */
    static Accounts load(
            Collection<Account> configured, SessionStore store, LockState lock, TokenCache cache, BrokerEvents events) {
        NavigableMap<AccountName, ManagedAccount> byName =
                store.isLocked() ? empty(configured) : loaded(configured, store);
        return new Accounts(byName, lock, cache, events);
    }

    /** @throws dev.iambroker.store.StoreFailure if a session cannot be read */
    static NavigableMap<AccountName, ManagedAccount> loaded(Collection<Account> configured, SessionStore store) {
        return managed(configured, account -> sessionOf(account, store));
    }

    /** The accounts without anything that is secret. */
    static NavigableMap<AccountName, ManagedAccount> empty(Collection<Account> configured) {
        return managed(configured, account -> ManagedAccount.emptySession(account.login()));
    }

    private static NavigableMap<AccountName, ManagedAccount> managed(
            Collection<Account> configured, Function<Account, StoredSession> sessions) {
        NavigableMap<AccountName, ManagedAccount> byName = new TreeMap<>();
        for (Account account : configured) {
            if (!(account.login() instanceof Login.Shared)) {
                byName.put(account.name(), ManagedAccount.of(account, sessions.apply(account)));
            }
        }
        for (Account account : configured) {
            if (account.login() instanceof Login.Shared shared) {
                ManagedAccount owner = byName.get(shared.owner());
                if (owner == null) {
                    throw new IllegalArgumentException("account " + account.name() + " shares the login of none");
                }
                byName.put(account.name(), ManagedAccount.sharing(account, owner, sessions.apply(account)));
            }
        }
        return byName;
    }

    /** A session that another kind of login left behind is not this account's. */
    private static StoredSession sessionOf(Account account, SessionStore store) {
        StoredSession kept = store.load(account.name());
        if (kept != null && kept.login().equals(account.login().word())) {
            return kept;
        }
        return ManagedAccount.emptySession(account.login());
    }

    @Nullable
    ManagedAccount find(AccountName name) {
        return roll.byName.get(name);
    }

    /**
     * The account of this name with the lock of its session held, which the caller releases; null where there is none.
     * A reload may put another in its place while it is waited for, and then that one is meant.
     */
    // The caller releases it.
    @SuppressWarnings("LockNotBeforeTry")
    @Nullable
    ManagedAccount lock(AccountName name) {
        while (true) {
            ManagedAccount account = find(name);
            if (account == null) {
                return null;
            }
            account.session().lock();
            if (isCurrent(account)) {
                return account;
            }
            account.session().unlock();
        }
    }

    /** Whether no reload has replaced it; while its session's lock is held, none will. */
    boolean isCurrent(ManagedAccount account) {
        return find(account.name()) == account;
    }

    /** The accounts as they are configured, by name. */
    Map<AccountName, Account> configured() {
        Map<AccountName, Account> configured = new TreeMap<>();
        roll.byName.forEach((name, account) -> configured.put(name, account.account()));
        return configured;
    }

    /** Puts {@code successors} in the place of all accounts of {@code names}. Holds the locks of their sessions. */
    synchronized void replace(Set<AccountName> names, Map<AccountName, ManagedAccount> successors) {
        NavigableMap<AccountName, ManagedAccount> next = new TreeMap<>(roll.byName);
        next.keySet().removeAll(names);
        next.putAll(successors);
        roll = Roll.of(next);
    }

    Collection<ManagedAccount> all() {
        return roll.byName.values();
    }

    /** Those that use the login of {@code owner}, itself among them; none where a reload has replaced it. */
    List<ManagedAccount> sharing(ManagedAccount owner) {
        return roll.sharing(owner);
    }

    AccountState stateOf(ManagedAccount account, TokenRefresher refresher) {
        if (lock.isClosed()) {
            return AccountState.LOCKED;
        }
        if (account.isDisabled()) {
            return AccountState.DISABLED;
        }
        if (refresher.isFlying(account.name())) {
            return hasToken(account) ? AccountState.REFRESHING : AccountState.STARTING;
        }
        if (account.dead() != null || isRefused(account, refresher)) {
            return AccountState.LOGIN_REQUIRED;
        }
        if (isFailing(account, refresher)) {
            return AccountState.BACKOFF;
        }
        return hasToken(account) ? AccountState.VALID : AccountState.STARTING;
    }

    private boolean hasToken(ManagedAccount account) {
        return cache.usable(new TokenKey(account.name(), TokenKind.ACCESS)) != null;
    }

    private static boolean isRefused(ManagedAccount account, TokenRefresher refresher) {
        Standings.Standing standing = refresher.standings().of(new TokenKey(account.name(), TokenKind.ACCESS));
        return standing != null && standing.isPermanent();
    }

    private static boolean isFailing(ManagedAccount account, TokenRefresher refresher) {
        return refresher.standings().of(new TokenKey(account.name(), TokenKind.ACCESS)) != null
                || refresher.standings().of(new TokenKey(account.name(), TokenKind.KUBE)) != null;
    }

    /** Tells observers the state of {@code changed} where it is another than they were told. */
    void announce(ManagedAccount changed, TokenRefresher refresher) {
        ManagedAccount account = find(changed.name());
        if (account == null) {
            return;
        }
        AccountState now = stateOf(account, refresher);
        AccountState before = account.announce(now);
        if (before != now) {
            events.stateChanged(account.name(), before, now);
        }
    }

    /**
     * The accounts at one time.
     *
     * @param shared by owner, where others use its login; most logins have one account, and ten thousand are not gone through
     *     for each renewal
     */
    private record Roll(
            NavigableMap<AccountName, ManagedAccount> byName, Map<AccountName, List<ManagedAccount>> shared) {
        /** Takes the accounts over. */
        static Roll of(NavigableMap<AccountName, ManagedAccount> byName) {
            Map<AccountName, List<ManagedAccount>> shared = new HashMap<>();
            for (ManagedAccount account : byName.values()) {
                if (!account.ownsItsSession()) {
                    ManagedAccount owner = account.owner();
                    shared.computeIfAbsent(owner.name(), name -> new ArrayList<>(List.of(owner)))
                            .add(account);
                }
            }
            return new Roll(Collections.unmodifiableNavigableMap(byName), shared);
        }

        List<ManagedAccount> sharing(ManagedAccount owner) {
            if (byName.get(owner.name()) != owner) {
                return List.of();
            }
            return shared.getOrDefault(owner.name(), List.of(owner));
        }
    }
}
