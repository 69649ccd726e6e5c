package dev.iambroker.it.harness;

import java.time.Instant;
import java.util.Base64;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What a token that the broker handed out says of itself. */
public record HandedToken(Instant expiresAt, Instant issuedAt, String account, String identity) {
    /** Of the token in an answer of a token route. */
    public static HandedToken in(Answer answer) {
        String[] parts = answer.text("access_token").split("\\.", -1);
        if (parts.length != 3) {
            throw new AssertionError("no token in " + answer.status() + " " + answer.body());
        }
        JsonNode claims = JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(parts[1]));
        return new HandedToken(
                Instant.ofEpochSecond(claims.path("exp").asLong()),
                Instant.ofEpochSecond(claims.path("iat").asLong()),
                claims.path("account").path("bss").asString(""),
                claims.path("iam_id").asString(""));
    }
}
