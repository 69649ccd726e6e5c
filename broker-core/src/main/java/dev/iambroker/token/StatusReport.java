package dev.iambroker.token;

import dev.iambroker.account.TokenKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Tells how an account stands, from what the cache and the refresher know. */
final class StatusReport {
    private final Accounts accounts;
    private final TokenCache cache;
    private final TokenRefresher refresher;
    private final Time time;

    StatusReport(Accounts accounts, TokenCache cache, TokenRefresher refresher, Time time) {
        this.accounts = accounts;
        this.cache = cache;
        this.refresher = refresher;
        this.time = time;
    }

    AccountStatus of(ManagedAccount account) {
        return new AccountStatus(
                accounts.stateOf(account, refresher),
                account.owner().stored().iamId(),
                account.owner().stored().refreshTokenExpiresAt(),
                account.isDisabled() ? null : runway(account),
                wasLoggedIn(account),
                lastFailure(account));
    }

    private static boolean wasLoggedIn(ManagedAccount account) {
        return account.account().login().isUnattended()
                || account.owner().stored().iamId() != null;
    }

    /** Callers are served down to the floor, so that is when the first one fails. */
    private Duration runway(ManagedAccount account) {
        Duration runway = null;
        for (TokenKind kind : TokenKind.values()) {
            Token token = cache.usable(new TokenKey(account.name(), kind));
            if (token != null) {
                Duration left = token.left(time).minus(token.floor());
                runway = runway == null || left.compareTo(runway) < 0 ? left : runway;
            }
        }
        return runway == null ? Duration.ZERO : runway;
    }

    private AccountStatus.@Nullable Failure lastFailure(ManagedAccount account) {
        AccountStatus.Failure dead = account.dead();
        if (dead != null) {
            // That nobody has logged in yet is a state and no failure.
            return wasLoggedIn(account) ? dead : null;
        }
        for (TokenKind kind : TokenKind.values()) {
            Standings.Standing standing = refresher.standings().of(new TokenKey(account.name(), kind));
            if (standing != null) {
                return new AccountStatus.Failure(standing.at(), standing.failure());
            }
        }
        return null;
    }
}
