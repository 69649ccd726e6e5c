package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.token.RenewalFailure;
import dev.iambroker.token.TokenService;

/** What administrators do with accounts. Thread-safe. */
final class AccountCommands {
    private final Gate gate;
    private final TokenService tokens;
    private final ClusterLists lists;
    private final AccountListing listing;

    AccountCommands(Gate gate, TokenService tokens, ClusterLists lists, AccountListing listing) {
        this.gate = gate;
        this.tokens = tokens;
        this.lists = lists;
        this.listing = listing;
    }

    AccountView login(ClientIdentity client, String name, LoginAttempt attempt) {
        Account account = gate.administered(client, name, "login");
        Demand.ownSession(account);
        try {
            logIn(account, attempt);
        } catch (RenewalFailure e) {
            throw Failures.ofLogin(account, e);
        }
        lists.drop(account.name());
        return listing.view(account.name());
    }

    private void logIn(Account account, LoginAttempt attempt) {
        Demand.suits(account, attempt);
        AccountName name = account.name();
        switch (attempt) {
            case LoginAttempt.Configured a -> tokens.login(name);
            case LoginAttempt.Passcode a -> tokens.loginByPasscode(name, a.passcode());
            case LoginAttempt.Password a -> tokens.loginByPassword(name, a.username(), a.password());
            case LoginAttempt.ApiKey a -> tokens.loginByApiKey(name, a.apiKey());
            case LoginAttempt.RefreshToken a -> tokens.loginByRefreshToken(name, a.refreshToken());
        }
    }

    AccountView logout(ClientIdentity client, String name) {
        Account account = gate.administered(client, name, "logout");
        Demand.ownSession(account);
        gate.loggingOut(account.name());
        command(account, () -> tokens.logout(account.name()));
        // Also those that were opened meanwhile.
        gate.loggingOut(account.name());
        lists.drop(account.name());
        return listing.view(account.name());
    }

    AccountView refresh(ClientIdentity client, String name) {
        Account account = gate.administered(client, name, "refresh");
        try {
            tokens.refresh(account.name(), TokenRequest.DEFAULT_WAIT);
        } catch (RenewalFailure e) {
            throw Failures.ofRefresh(account, e);
        }
        return listing.view(account.name());
    }

    AccountView purge(ClientIdentity client, String name) {
        Account account = gate.administered(client, name, "purge");
        command(account, () -> tokens.purge(account.name()));
        lists.drop(account.sessionOwner());
        return listing.view(account.name());
    }

    private static void command(Account account, Runnable work) {
        try {
            work.run();
        } catch (RenewalFailure e) {
            throw Failures.ofCommand(account, e);
        }
    }
}
