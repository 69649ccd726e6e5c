package dev.iambroker.broker;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * How an account stands. Never holds a token.
 *
 * @param login the word of its login
 * @param loginOf the account that logs in: itself, or the one whose login it shares
 * @param accountId the bound account, null where the login is unbound
 * @param user the mail address, or else the name, of whom IAM answered for last; null where it is not known
 * @param openShiftTokens of each OpenShift cluster of which a token is cached, by its id
 * @param runway until the first caller fails if IAM stays down from now; null where that is not known
 * @param loginRunway until the login itself ends if IAM stays down from now; null where it begins anew by itself or that
 *     is not known
 */
public record AccountView(
        AccountName name,
        AccountState state,
        String login,
        AccountName loginOf,
        @Nullable String accountId,
        @Nullable String iamId,
        @Nullable String user,
        Map<TokenKind, TokenView> tokens,
        @Nullable Instant refreshTokenExpiresAt,
        @Nullable Duration runway,
        @Nullable Duration loginRunway,
        @Nullable LastError lastError,
        NavigableMap<String, TokenView> openShiftTokens) {
    public AccountView {
        tokens = Map.copyOf(tokens);
        openShiftTokens = Collections.unmodifiableNavigableMap(new TreeMap<>(openShiftTokens));
    }

    /** The latest failure that still matters; gone with the next success. */
    public record LastError(Instant at, @Nullable String iamCode, String detail) {}
}
