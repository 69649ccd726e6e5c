package dev.iambroker.token;

import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Tells how an account stands, from what the cache and the refresher know. */
final class StatusReport {
    private final Accounts accounts;
    private final TokenRefresher refresher;
    private final Runway runway;
    private final InstantSource clock;

    StatusReport(Accounts accounts, TokenRefresher refresher, Runway runway, InstantSource clock) {
        this.accounts = accounts;
        this.refresher = refresher;
        this.runway = runway;
        this.clock = clock;
    }

    AccountStatus of(ManagedAccount account) {
        return new AccountStatus(
                accounts.stateOf(account, refresher),
                account.owner().stored().iamId(),
                account.user(),
                account.owner().stored().refreshTokenExpiresAt(),
                runway.ofCallers(account),
                runway.ofLogin(account),
                wasLoggedIn(account),
                lastFailure(account));
    }

    /** That nobody has logged in yet is a state and no failure. */
    static boolean wasLoggedIn(ManagedAccount account) {
        return account.account().login().isUnattended()
                || account.owner().stored().iamId() != null;
    }

    private AccountStatus.@Nullable Failure lastFailure(ManagedAccount account) {
        AccountStatus.Failure dead = account.dead();
        if (dead != null) {
            return wasLoggedIn(account) ? dead : null;
        }
        RenewalFailure withheld = refresher.withheld(account);
        if (withheld != null) {
            return new AccountStatus.Failure(clock.instant(), withheld);
        }
        for (TokenKey key : account.keys()) {
            Standings.Standing standing = refresher.standings().of(key);
            if (standing != null) {
                return new AccountStatus.Failure(standing.at(), standing.failure());
            }
        }
        return null;
    }
}
