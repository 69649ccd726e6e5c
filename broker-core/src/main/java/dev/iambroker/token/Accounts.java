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
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The accounts that are brokered, each with its session as it was found in the store. Immutable; thread-safe. */
final class Accounts {
    private final NavigableMap<AccountName, ManagedAccount> byName;
    private final TokenCache cache;
    private final BrokerEvents events;

    private Accounts(NavigableMap<AccountName, ManagedAccount> byName, TokenCache cache, BrokerEvents events) {
        this.byName = byName;
        this.cache = cache;
        this.events = events;
    }

    static Accounts load(Collection<Account> configured, SessionStore store, TokenCache cache, BrokerEvents events) {
        NavigableMap<AccountName, ManagedAccount> byName = new TreeMap<>();
        for (Account account : configured) {
            if (!(account.login() instanceof Login.Shared)) {
                byName.put(account.name(), ManagedAccount.of(account, sessionOf(account, store)));
            }
        }
        for (Account account : configured) {
            if (account.login() instanceof Login.Shared shared) {
                ManagedAccount owner = byName.get(shared.owner());
                if (owner == null) {
                    throw new IllegalArgumentException("account " + account.name() + " shares the login of none");
                }
                byName.put(account.name(), ManagedAccount.sharing(account, owner, sessionOf(account, store)));
            }
        }
        return new Accounts(Collections.unmodifiableNavigableMap(byName), cache, events);
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
        return byName.get(name);
    }

    Collection<ManagedAccount> all() {
        return byName.values();
    }

    List<ManagedAccount> sharing(ManagedAccount owner) {
        List<ManagedAccount> sharing = new ArrayList<>();
        for (ManagedAccount account : byName.values()) {
            if (account.owner() == owner) {
                sharing.add(account);
            }
        }
        return sharing;
    }

    AccountState stateOf(ManagedAccount account, TokenRefresher refresher) {
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

    /** Tells observers the state of {@code account} where it is another than they were told. */
    void announce(ManagedAccount account, TokenRefresher refresher) {
        AccountState now = stateOf(account, refresher);
        AccountState before = account.announce(now);
        if (before != now) {
            events.stateChanged(account.name(), before, now);
        }
    }
}
