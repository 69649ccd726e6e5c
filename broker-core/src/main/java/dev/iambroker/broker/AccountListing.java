package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.AccountStatus;
import dev.iambroker.token.Time;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import dev.iambroker.token.UnknownAccount;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How the accounts stand, for whoever may see them. Thread-safe. */
final class AccountListing {
    private final Gate gate;
    private final TokenService tokens;
    private final Time time;

    AccountListing(Gate gate, TokenService tokens, Time time) {
        this.gate = gate;
        this.tokens = tokens;
        this.time = time;
    }

    List<AccountView> accounts(ClientIdentity client) {
        List<AccountView> views = new ArrayList<>();
        for (AccountName name : tokens.names()) {
            if (gate.mayUse(client, Verb.LIST, name.value())) {
                unlessRemoved(() -> views.add(view(name)));
            }
        }
        return views;
    }

    /** What is listed at one moment a reload may take away at the next. */
    private static void unlessRemoved(Runnable look) {
        try {
            look.run();
        } catch (UnknownAccount removed) {
            // Then it is not in the list.
        }
    }

    List<String> accessible(ClientIdentity client) {
        return tokens.names().stream()
                .map(AccountName::value)
                .filter(name -> gate.mayUse(client, Verb.ACCESS, name))
                .toList();
    }

    AccountView account(ClientIdentity client, String account) {
        return view(gate.known(client, Verb.LIST, account, null).name());
    }

    AccountView view(AccountName name) {
        return AccountViews.of(tokens, name, time);
    }

    Readiness readiness() {
        List<AccountName> notReady = new ArrayList<>();
        Duration runway = null;
        for (AccountName name : tokens.names()) {
            AccountStatus status = statusUnlessRemoved(name);
            if (status != null && isExpectedToServe(status)) {
                runway = smaller(runway, status.runway());
                if (!hasToken(name)) {
                    notReady.add(name);
                }
            }
        }
        return new Readiness(notReady, runway);
    }

    private @Nullable AccountStatus statusUnlessRemoved(AccountName name) {
        try {
            return tokens.status(name);
        } catch (UnknownAccount removed) {
            return null;
        }
    }

    /** An account that is not meant to serve, or that nobody ever logged in, does not make the broker unready. */
    private static boolean isExpectedToServe(AccountStatus status) {
        return status.state() != AccountState.DISABLED
                && status.state() != AccountState.LOCKED
                && status.loggedInBefore();
    }

    private static @Nullable Duration smaller(@Nullable Duration a, @Nullable Duration b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.compareTo(b) < 0 ? a : b;
    }

    Readiness readiness(ClientIdentity client, String name) {
        Account account = gate.known(client, Verb.LIST, name, null);
        boolean ready = hasToken(account.name()) && !tokens.isLocked();
        return new Readiness(
                ready ? List.of() : List.of(account.name()),
                tokens.status(account.name()).runway());
    }

    private boolean hasToken(AccountName name) {
        return tokens.peek(new TokenKey(name, TokenKind.ACCESS)) != null;
    }
}
