package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Begins and ends sessions, as a person commands. Thread-safe. */
final class Logins {
    private static final Logger log = LoggerFactory.getLogger(Logins.class);

    private final Accounts accounts;
    private final SessionHold hold;
    private final SessionStore store;
    private final Exchange exchange;
    private final IamClient iam;
    private final Upstreams upstreams;
    private final TokenCache cache;
    private final TokenRefresher refresher;
    private final Outcomes outcomes;
    private final Executor executor;
    private final Consumer<ManagedAccount> drop;
    private final Consumer<ManagedAccount> begun;
    private final Time time;

    /**
     * @param executor revokes sessions; that blocks on IAM
     * @param drop drops an account's tokens
     * @param begun told of every account that was logged in
     */
    Logins(
            Accounts accounts,
            SessionHold hold,
            SessionStore store,
            Exchange exchange,
            IamClient iam,
            Upstreams upstreams,
            TokenCache cache,
            TokenRefresher refresher,
            Outcomes outcomes,
            Executor executor,
            Consumer<ManagedAccount> drop,
            Consumer<ManagedAccount> begun,
            Time time) {
        this.accounts = accounts;
        this.hold = hold;
        this.store = store;
        this.exchange = exchange;
        this.iam = iam;
        this.upstreams = upstreams;
        this.cache = cache;
        this.refresher = refresher;
        this.outcomes = outcomes;
        this.executor = executor;
        this.drop = drop;
        this.begun = begun;
        this.time = time;
    }

    /** Logs in with the configured credential. */
    void byConfigured(ManagedAccount account) {
        login(account, null);
    }

    void byPasscode(ManagedAccount account, Secret passcode) {
        login(account, new Grant.Passcode(passcode, account.account().accountId()));
    }

    void byPassword(ManagedAccount account, String username, Secret password) {
        login(account, new Grant.Password(username, password, account.account().accountId()));
    }

    void byRefreshToken(ManagedAccount account, Secret refreshToken) {
        login(account, new Grant.Refresh(refreshToken, account.account().accountId()));
    }

    /** An account that is configured by a key uses it until the next start; any other turns it into a session. */
    void byApiKey(ManagedAccount account, Secret apiKey) {
        Account of = account.account();
        boolean byKey = of.login() instanceof Login.ApiKey;
        boolean asClient = !byKey || of.keepsKeySession();
        login(account, new Grant.ApiKey(apiKey, of.accountId(), asClient));
        account.presentKey(byKey ? apiKey : null);
    }

    /** At most one is pending: whoever comes meanwhile is told at once, with the credential still unused. */
    private void login(ManagedAccount account, @Nullable Grant brought) {
        RenewalFailure withheld = refresher.withheldLogin(account);
        if (withheld != null) {
            // It would be this broker's alone, until the fleet's own replaces it.
            throw withheld;
        }
        upstreams.of(account.account()).admitLogin();
        if (!account.beginLogin()) {
            throw new RenewalFailure.LoginRequired("another login of it is under way: wait for that one", null);
        }
        try {
            loginAlone(account, brought);
        } finally {
            account.endLogin();
        }
    }

    private void loginAlone(ManagedAccount account, @Nullable Grant brought) {
        hold.hold(account, () -> {
            exchange.login(account, brought);
            account.refuse(null);
            outcomes.forgive(account);
        });
        for (ManagedAccount sharing : accounts.sharing(account)) {
            if (cache.usable(new TokenKey(sharing.name(), TokenKind.ACCESS)) == null) {
                outcomes.planNow(sharing.account());
            }
            accounts.announce(sharing, refresher);
        }
        begun.accept(account);
        log.info(
                "account {} is logged in as {}",
                account.name(),
                account.stored().iamId());
    }

    /**
     * Forgets the session of {@code owner} for all who share it, and has it revoked at IAM behind the caller's back.
     *
     * @throws RenewalFailure.Transient if that cannot be written; nothing is forgotten then
     */
    void logout(ManagedAccount owner) {
        try {
            hold.hold(owner, () -> end(owner));
        } catch (StoreFailure e) {
            throw SessionHold.notWritten(e);
        }
        log.info("account {} is logged out", owner.name());
    }

    private void end(ManagedAccount owner) {
        Secret refreshToken = owner.newestRefreshToken();
        for (ManagedAccount account : accounts.sharing(owner)) {
            forget(account);
        }
        owner.keepUnsaved(null);
        owner.forgetKubeRefreshTokens();
        owner.presentKey(null);
        revoke(owner, refreshToken);
    }

    private void forget(ManagedAccount account) {
        Login login = account.account().login();
        StoredSession empty = ManagedAccount.emptySession(login);
        StoredSession next =
                new StoredSession(empty.login(), null, null, null, null, null, null, login.isUnattended(), List.of());
        store.save(account.name(), next);
        account.store(next);
        drop.accept(account);
        if (account.ownsItsSession() && !login.isUnattended()) {
            account.die(new AccountStatus.Failure(time.now(), neverLoggedIn()));
        }
        accounts.announce(account, refresher);
    }

    static RenewalFailure neverLoggedIn() {
        return new RenewalFailure.LoginRequired("nobody has logged in yet", null);
    }

    private void revoke(ManagedAccount owner, @Nullable Secret refreshToken) {
        if (refreshToken == null) {
            return;
        }
        executor.execute(() -> {
            try {
                iam.revoke(owner.account(), refreshToken);
            } catch (IamFailure e) {
                log.info("IAM did not revoke the session of {}: {}", owner.name(), e.getMessage());
            }
        });
    }
}
