package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import java.time.Duration;
import java.util.function.Consumer;

/** How the serving of an account begins, comes back after its login was over, and ends. Thread-safe. */
final class Serving {
    private final Accounts accounts;
    private final Intake intake;
    private final TokenCache cache;
    private final RefreshQueue queue;
    private final RefreshSchedule schedule;
    private final TokenRefresher refresher;
    private final Outcomes outcomes;
    private final Consumer<AccountName> ended;
    private final Time time;

    /** @param ended told of every account that is served no more */
    Serving(
            Accounts accounts,
            Intake intake,
            TokenCache cache,
            RefreshQueue queue,
            RefreshSchedule schedule,
            TokenRefresher refresher,
            Outcomes outcomes,
            Consumer<AccountName> ended,
            Time time) {
        this.accounts = accounts;
        this.intake = intake;
        this.cache = cache;
        this.queue = queue;
        this.schedule = schedule;
        this.refresher = refresher;
        this.outcomes = outcomes;
        this.ended = ended;
        this.time = time;
    }

    /** Serves what the store held, and plans the renewal of everything that can renew itself. */
    void begin(ManagedAccount account) {
        intake.resume(account);
        plan(account);
        accounts.announce(account, refresher);
    }

    /** Plans a first renewal where there is nothing to serve; where none would help, a login is needed. */
    void plan(ManagedAccount account) {
        if (account.isDisabled() || cache.usable(access(account)) != null) {
            return;
        }
        boolean hasSession = account.owner().stored().refreshToken() != null;
        // Out of reach of what its fleet shares it does not know whether somebody has logged in.
        boolean mayHaveOne = hasSession || refresher.withheld(account) != null;
        if (mayHaveOne || account.account().login().isUnattended()) {
            outcomes.planNow(account.account());
        } else {
            account.owner().die(new AccountStatus.Failure(time.now(), Logins.neverLoggedIn()));
        }
    }

    /**
     * A dead login comes back by itself when its configured credential was replaced. Looked at behind a caller that was
     * refused, so that nobody waits for a file or a command, and not more often than a renewal may be brought about.
     */
    void tryChangedCredential(ManagedAccount account) {
        AccountStatus.Failure dead = account.dead();
        if (dead == null || !account.owner().account().login().isUnattended()) {
            return;
        }
        TokenKey key = access(account.owner());
        boolean isPostponed = refresher.standings().blocking(key, time) != null;
        Duration ago = Duration.between(dead.at(), time.now());
        // A clock set back since tells nothing: rather one look too many than none for hours.
        if (!isPostponed && (ago.isNegative() || ago.compareTo(schedule.minInterval()) >= 0)) {
            refresher.fly(account.owner(), key);
        }
    }

    /** Drops every trace of the account's tokens. */
    void forget(AccountName name) {
        ManagedAccount account = accounts.find(name);
        if (account != null) {
            drop(account);
            account.keys().forEach(refresher.standings()::clear);
        }
        ended.accept(name);
    }

    /** Drops the account's tokens, and the plans to renew them. */
    void drop(ManagedAccount account) {
        for (TokenKey key : account.keys()) {
            cache.drop(key);
            queue.forget(key);
        }
    }

    private static TokenKey access(ManagedAccount account) {
        return new TokenKey(account.name(), TokenKind.ACCESS);
    }
}
