package dev.iambroker.server.http;

import dev.iambroker.broker.TokenGrant;
import java.nio.charset.StandardCharsets;

/** A token as IAM's token endpoint answers it. */
final class IamToken {
    private IamToken() {}

    /** With the life that is left: SDKs that are told the whole one ask again at every call. */
    static Answer answer(TokenGrant grant) {
        byte[] before =
                new JsonText().beginObject().name("access_token").openQuote().bytes();
        return new SecretAnswer(new JsonWithSecret(before, grant.token(), rest(grant)));
    }

    /** From the quote behind the token. What IAM says to a caller without a client of its own is what every caller is told. */
    private static byte[] rest(TokenGrant grant) {
        JsonText json = new JsonText()
                .beginObject()
                .member("refresh_token", "not_supported")
                .member("token_type", "Bearer")
                .member("expires_in", grant.left().toSeconds())
                .member("expiration", grant.expiresAt().getEpochSecond());
        if (grant.scope() != null) {
            json.member("scope", grant.scope());
        }
        String members = new String(json.endObject().bytes(), StandardCharsets.UTF_8);
        return ("\"," + members.substring(1)).getBytes(StandardCharsets.UTF_8);
    }
}
