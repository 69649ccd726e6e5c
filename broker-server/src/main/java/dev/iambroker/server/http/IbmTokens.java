package dev.iambroker.server.http;

import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.AccessTokens;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.client.ClientIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Access tokens for clients that speak IBM's protocols, which know neither {@code min_ttl} nor {@code wait}. */
record IbmTokens(AccessTokens broker) {
    /** @param account as the client wrote it; null for the only one that it may have */
    @Nullable
    TokenGrant now(ClientIdentity client, @Nullable String account) {
        return broker.tokenNow(client, request(client, account));
    }

    /** As {@link #now}, waiting for IAM where it must. */
    TokenGrant token(ClientIdentity client, @Nullable String account) {
        return broker.token(client, request(client, account));
    }

    private TokenRequest request(ClientIdentity client, @Nullable String named) {
        String account = named == null ? onlyAccount(client) : named;
        return new TokenRequest(
                account, TokenKind.ACCESS, null, TokenRequest.DEFAULT_MIN_TTL, TokenRequest.DEFAULT_WAIT);
    }

    private String onlyAccount(ClientIdentity client) {
        List<String> accounts = broker.accessible(client);
        if (accounts.size() != 1) {
            throw RequestRefused.badRequest(
                    "no account is named, and this client has not just one: name it by its alias,"
                            + " as profile_name, profile_id, trusted_profile.id, or in apikey as ALIAS:SECRET");
        }
        return accounts.getFirst();
    }
}
