package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;

/** Which token: one of a kind for each account. */
public record TokenKey(AccountName account, TokenKind kind) {
    /**
     * The token whose renewal brings this one: a UAA token has no grant of its own, it comes with the access token.
     */
    TokenKey renewedAs() {
        return kind == TokenKind.UAA ? new TokenKey(account, TokenKind.ACCESS) : this;
    }

    @Override
    public String toString() {
        return kind.word() + ":" + account;
    }
}
