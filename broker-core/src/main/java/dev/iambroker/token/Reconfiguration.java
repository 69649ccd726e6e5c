package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Login;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts other accounts in the place of those that are brokered, group by group: a login and all who share it. A group in
 * which nothing differs is not touched.
 *
 * <h2>Concurrency</h2>
 *
 * A group changes while the locks of its sessions are held: a renewal under way lands first, and its refresh token is
 * handed on; one that waited for the lock finds the account that took the place. Nobody else ever takes a second lock,
 * and nobody does this twice at once, so that holding those of two logins that become one cannot end in a deadlock.
 * Groups whose locks are free go first: an IAM that hangs holds up no other login's change.
 */
final class Reconfiguration {
    private static final Logger log = LoggerFactory.getLogger(Reconfiguration.class);

    private final Accounts accounts;
    private final SessionStore store;
    private final Consumer<AccountName> forget;
    private final Consumer<ManagedAccount> begin;
    private final Map<AccountName, Account> configured = new TreeMap<>();
    private final Map<AccountName, StoredSession> found = new HashMap<>();

    /**
     * Looks up all that is needed; changes nothing.
     *
     * @param forget drops every trace of an account's tokens
     * @param begin begins to serve an account, as a start does
     * @throws StoreFailure if the session of a new account cannot be read
     */
    Reconfiguration(
            Collection<Account> configured,
            Accounts accounts,
            SessionStore store,
            Consumer<AccountName> forget,
            Consumer<ManagedAccount> begin) {
        this.accounts = accounts;
        this.store = store;
        this.forget = forget;
        this.begin = begin;
        configured.forEach(account -> this.configured.put(account.name(), account));
        this.configured.values().forEach(this::check);
        this.configured.keySet().forEach(this::look);
    }

    private void check(Account account) {
        if (account.login() instanceof Login.Shared shared) {
            Account owner = configured.get(shared.owner());
            if (owner == null || owner.login() instanceof Login.Shared) {
                throw new IllegalArgumentException("account " + account.name() + " shares the login of none");
            }
        }
    }

    /** Of one that is there memory knows more than the disk; but not of another kind of login, which others may have made. */
    private void look(AccountName name) {
        Account next = configured.get(name);
        if (next == null || !isNew(next)) {
            return;
        }
        StoredSession kept = store.load(name);
        if (kept != null && kept.login().equals(next.login().word())) {
            found.put(name, kept);
        } else {
            found.remove(name);
        }
    }

    private boolean isNew(Account next) {
        ManagedAccount before = accounts.find(next.name());
        return before == null || isOfOthers(before.account(), next);
    }

    /** Others may have written since it was looked up. */
    private void lookAgain(AccountName name) {
        try {
            look(name);
        } catch (StoreFailure e) {
            log.warn("the session of account {} begins as it was found first: {}", name, e.getMessage());
        }
    }

    /** Waits for requests to IAM that are under way for logins that change. Never fails. */
    void apply() {
        Deque<Set<AccountName>> busy = new ArrayDeque<>();
        for (Set<AccountName> group : LoginGroups.differing(accounts.configured(), configured)) {
            if (!replaceUnlessBusy(group)) {
                busy.add(group);
            }
        }
        busy.forEach(this::replaceWhenFree);
    }

    private boolean replaceUnlessBusy(Set<AccountName> group) {
        Deque<ReentrantLock> held = new ArrayDeque<>();
        try {
            for (ReentrantLock session : sessions(group)) {
                if (!session.tryLock()) {
                    return false;
                }
                held.push(session);
            }
            replace(group);
            return true;
        } finally {
            held.forEach(ReentrantLock::unlock);
        }
    }

    private void replaceWhenFree(Set<AccountName> group) {
        Set<ReentrantLock> sessions = sessions(group);
        sessions.forEach(ReentrantLock::lock);
        try {
            replace(group);
        } finally {
            sessions.forEach(ReentrantLock::unlock);
        }
    }

    private Set<ReentrantLock> sessions(Set<AccountName> group) {
        Set<ReentrantLock> sessions = new LinkedHashSet<>();
        membersOf(group).values().forEach(account -> sessions.add(account.session()));
        return sessions;
    }

    private Map<AccountName, ManagedAccount> membersOf(Set<AccountName> group) {
        Map<AccountName, ManagedAccount> members = new TreeMap<>();
        for (AccountName name : group) {
            ManagedAccount account = accounts.find(name);
            if (account != null) {
                members.put(name, account);
            }
        }
        return members;
    }

    private void replace(Set<AccountName> group) {
        if (store.isShared()) {
            group.forEach(this::lookAgain);
        }
        Map<AccountName, ManagedAccount> before = membersOf(group);
        Map<AccountName, Account> next = new TreeMap<>(configured);
        next.keySet().retainAll(group);
        Succession succession = new Succession(before, next, found);
        List<AccountName> begun = new ArrayList<>(group);
        begun.removeIf(succession::isKept);
        // Before the new ones can be found: no token of the old may be served in their name.
        begun.forEach(forget);
        accounts.replace(group, succession.after());
        for (AccountName name : begun) {
            ManagedAccount old = before.get(name);
            ManagedAccount successor = succession.after().get(name);
            if (successor == null && old != null) {
                partWith(old);
            } else if (successor != null) {
                if (old != null && !isOfOthers(old.account(), successor.account())) {
                    write(successor);
                }
                begin.accept(successor);
            }
        }
    }

    /** What others share of another kind of login is not for this broker to end: they may have it still, or already. */
    private boolean isOfOthers(Account before, Account next) {
        return store.isShared() && !before.login().word().equals(next.login().word());
    }

    /** So that a start does not find the tokens of what the account was before. */
    private void write(ManagedAccount successor) {
        try {
            store.save(successor.name(), successor.stored());
        } catch (StoreFailure e) {
            log.warn("the change of account {} is in memory only: {}", successor.name(), e.getMessage());
        }
    }

    /** The session stays on disk, for an account of that name that comes back. */
    private void partWith(ManagedAccount old) {
        ManagedAccount.Unsaved pending = old.ownsItsSession() ? old.unsaved() : null;
        if (pending == null) {
            return;
        }
        try {
            store.save(old.name(), pending.session());
        } catch (StoreFailure e) {
            log.warn("the session of the removed account {} on disk is not the newest: {}", old.name(), e.getMessage());
        }
    }
}
