package dev.iambroker.broker;

import dev.iambroker.client.ClientIdentity;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The part of the front door that gives tokens. What {@link TokenBroker} says of its methods holds for these. */
public interface AccessTokens {
    /** The token, if it can be had without waiting; null sends the caller to {@link #token}. */
    @Nullable
    TokenGrant tokenNow(ClientIdentity client, TokenRequest request);

    /** The token, waiting for IAM up to {@code request.patience()} where it must. */
    TokenGrant token(ClientIdentity client, TokenRequest request);

    /** The aliases of the accounts whose access token the client may have. */
    List<String> accessible(ClientIdentity client);
}
