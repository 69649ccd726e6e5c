package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.token.AccountStatus;
import dev.iambroker.token.Time;
import dev.iambroker.token.Token;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.util.EnumMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Puts together what a client may know of an account. */
final class AccountViews {
    private AccountViews() {}

    static AccountView of(TokenService tokens, AccountName name, Time time) {
        Account account = tokens.account(name);
        AccountStatus status = tokens.status(name);
        return new AccountView(
                name,
                status.state(),
                account.login().word(),
                account.sessionOwner(),
                account.accountId(),
                status.iamId(),
                status.user(),
                tokenViews(tokens, name, time),
                status.refreshTokenExpiresAt(),
                status.runway(),
                status.loginRunway(),
                lastError(status.lastFailure()),
                openShiftViews(tokens, name, time));
    }

    private static Map<TokenKind, TokenView> tokenViews(TokenService tokens, AccountName name, Time time) {
        Map<TokenKind, TokenView> views = new EnumMap<>(TokenKind.class);
        for (TokenKind kind : TokenKind.values()) {
            Token token = tokens.peek(new TokenKey(name, kind));
            if (token != null) {
                views.put(kind, view(token, time));
            }
        }
        return views;
    }

    private static NavigableMap<String, TokenView> openShiftViews(TokenService tokens, AccountName name, Time time) {
        NavigableMap<String, TokenView> views = new TreeMap<>();
        for (TokenKey key : tokens.openShiftTokens(name)) {
            Token token = tokens.peek(key);
            if (token != null && key.cluster() != null) {
                views.put(key.cluster(), view(token, time));
            }
        }
        return views;
    }

    private static TokenView view(Token token, Time time) {
        return new TokenView(token.endsAt(time), token.refreshAt(time), token.left(time));
    }

    private static AccountView.@Nullable LastError lastError(AccountStatus.@Nullable Failure failure) {
        return failure == null
                ? null
                : new AccountView.LastError(
                        failure.at(), failure.cause().iamCode(), failure.cause().getMessage());
    }
}
