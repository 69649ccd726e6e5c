package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.fleet.Wish;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.util.Collection;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes in what other brokers did: sessions that they renewed, began or ended, tokens that their clients wish for, duties
 * that became this broker's.
 *
 * <h2>Concurrency</h2>
 *
 * Told one thing after the other. A session is taken in under its lock, so that a renewal or a command under way here is
 * over by then; where that is held, on another thread, so that one login that waits for IAM does not hold up the others.
 */
final class Arrivals implements Renewers.Listener {
    private static final Logger log = LoggerFactory.getLogger(Arrivals.class);

    private final Accounts accounts;
    private final SessionStore store;
    private final Intake intake;
    private final Keeping keeping;
    private final TokenCache cache;
    private final TokenRefresher refresher;
    private final Outcomes outcomes;
    private final Duties duties;
    private final LockState lock;
    private final Executor executor;
    private final Time time;
    private final Consumer<ManagedAccount> plan;
    private final Consumer<ManagedAccount> retry;
    private final Consumer<ManagedAccount> changed;

    /**
     * @param plan plans a first renewal where there is nothing to serve
     * @param retry has a dead login look whether it can begin anew
     * @param changed told of every account whose tokens or state are others
     */
    Arrivals(
            Accounts accounts,
            SessionStore store,
            Intake intake,
            Keeping keeping,
            TokenCache cache,
            TokenRefresher refresher,
            Outcomes outcomes,
            Duties duties,
            LockState lock,
            Executor executor,
            Time time,
            Consumer<ManagedAccount> plan,
            Consumer<ManagedAccount> retry,
            Consumer<ManagedAccount> changed) {
        this.accounts = accounts;
        this.store = store;
        this.intake = intake;
        this.keeping = keeping;
        this.cache = cache;
        this.refresher = refresher;
        this.outcomes = outcomes;
        this.duties = duties;
        this.lock = lock;
        this.executor = executor;
        this.time = time;
        this.plan = plan;
        this.retry = retry;
        this.changed = changed;
    }

    @Override
    public void arrived(AccountName name) {
        ManagedAccount account = accounts.find(name);
        if (account == null) {
            return;
        }
        if (account.session().tryLock()) {
            try {
                takeIn(name);
            } finally {
                account.session().unlock();
            }
        } else {
            elsewhere(() -> takeInWhenFree(name));
        }
    }

    private void elsewhere(Runnable work) {
        try {
            executor.execute(work);
        } catch (RejectedExecutionException e) {
            log.debug("the broker is stopping: what arrives is no longer taken in");
        }
    }

    private void takeInWhenFree(AccountName name) {
        ManagedAccount account = accounts.lock(name);
        if (account != null) {
            try {
                takeIn(name);
            } finally {
                account.session().unlock();
            }
        }
    }

    /** Takes in at once what will be told of the account's login. With the lock of its session held. */
    void catchUp(ManagedAccount account) {
        takeIn(account.owner().name());
        if (!account.ownsItsSession()) {
            takeIn(account.name());
        }
    }

    /** Whatever was told meanwhile, the newest. With the lock of the session held, be it of the account before a reload. */
    private void takeIn(AccountName name) {
        ManagedAccount account = accounts.find(name);
        if (account == null || lock.isClosed() || !account.session().isHeldByCurrentThread()) {
            return;
        }
        try {
            takeIn(account, store.load(name));
        } catch (StoreFailure e) {
            log.warn("what another broker kept of account {} is not taken over: {}", name, e.getMessage());
        }
    }

    private void takeIn(ManagedAccount account, @Nullable StoredSession kept) {
        Login login = account.account().login();
        if (kept != null && !kept.login().equals(login.word())) {
            return;
        }
        StoredSession before = account.stored();
        StoredSession next = kept == null ? ManagedAccount.emptySession(login) : kept;
        account.store(next);
        if (account.ownsItsSession()) {
            account.keepUnsaved(null);
            if (isAnothers(before, next)) {
                account.forgetKubeRefreshTokens();
                accounts.sharing(account).forEach(this::drop);
            }
        }
        intake.resume(account);
        settle(account, next);
        accounts.announce(account, refresher);
        changed.accept(account);
    }

    /** Of somebody else, or of nobody any more: what the one before brought must not be served. */
    private static boolean isAnothers(StoredSession before, StoredSession next) {
        return next.disabled() || (before.iamId() != null && !before.iamId().equals(next.iamId()));
    }

    private void drop(ManagedAccount account) {
        account.keys().forEach(cache::drop);
    }

    private void settle(ManagedAccount account, StoredSession next) {
        if (cache.usable(new TokenKey(account.name(), TokenKind.ACCESS)) != null) {
            outcomes.forgiveArrived(account);
        } else if (next.disabled()) {
            disappoint(account, new RenewalFailure.Disabled("logged out"));
        } else if (account.ownsItsSession()
                && next.refreshToken() == null
                && !account.account().login().isUnattended()) {
            account.die(new AccountStatus.Failure(time.now(), Logins.neverLoggedIn()));
            disappoint(account, Logins.neverLoggedIn());
        }
    }

    /** Whoever waits for what the renewer does not bring any more. */
    private void disappoint(ManagedAccount owner, RenewalFailure failure) {
        accounts.sharing(owner).forEach(account -> account.keys().forEach(key -> duties.disappoint(key, failure)));
    }

    @Override
    public void wished(Wish wish) {
        ManagedAccount account = accounts.find(wish.account());
        if (account == null || lock.isClosed()) {
            return;
        }
        TokenKey key = new TokenKey(wish.account(), wish.kind());
        switch (wish.kind()) {
            case ACCESS -> {}
            case KUBE -> account.kubeUsed(time.nanos());
            case UAA -> account.uaaUsed();
        }
        if (account.dead() != null) {
            retry.accept(account);
        } else {
            refresher.renewWished(account, key, wish.isForced());
        }
    }

    @Override
    public void told(AccountName name, TokenKind kind, @Nullable Ending ending) {
        ManagedAccount account = accounts.find(name);
        TokenKey key = new TokenKey(name, kind);
        if (account == null || lock.isClosed() || duties.isOurs(account, key)) {
            return;
        }
        if (ending == null) {
            outcomes.worksAgain(account, key);
        } else if (!isRenewedSince(account, ending)) {
            outcomes.endedElsewhere(account, key, ending);
        }
        accounts.announce(account, refresher);
        changed.accept(account);
    }

    /** By a login elsewhere, of which the renewer will hear too. */
    private static boolean isRenewedSince(ManagedAccount account, Ending ending) {
        return account.owner().stored().tokens().stream()
                .anyMatch(token -> token.acquiredAt().isAfter(ending.at()));
    }

    @Override
    public void dutyChanged(AccountName owner) {
        ManagedAccount login = accounts.find(owner);
        if (login == null || lock.isClosed()) {
            return;
        }
        for (ManagedAccount account : accounts.sharing(login)) {
            TokenKey access = new TokenKey(account.name(), TokenKind.ACCESS);
            if (duties.isOurs(account, access)) {
                takeOver(account);
            } else if (duties.isOursWhenAsked(account, access)) {
                account.keys().forEach(key -> refresher.takeOver(account, key));
            }
            lookForLogin(account);
            changed.accept(account);
        }
    }

    /** What began while the shared state was out of reach: now it is known whether anybody has logged in. */
    private void lookForLogin(ManagedAccount account) {
        boolean isOpen = account.ownsItsSession() && !account.isDisabled() && account.dead() == null;
        if (isOpen
                && duties.withheld(account) == null
                && account.stored().refreshToken() == null
                && !account.account().login().isUnattended()
                && cache.usable(new TokenKey(account.name(), TokenKind.ACCESS)) == null) {
            arrived(account.name());
        }
    }

    private void takeOver(ManagedAccount account) {
        for (TokenKey key : account.keys()) {
            Token token = cache.usable(key);
            if (token != null) {
                keeping.plan(token);
            }
            refresher.takeOver(account, key);
        }
        plan.accept(account);
    }

    /** Each account with the owner of its login, whose session is renewed once for all. */
    static Map<AccountName, AccountName> owners(Collection<Account> accounts) {
        return accounts.stream().collect(Collectors.toMap(Account::name, Account::sessionOwner));
    }
}
