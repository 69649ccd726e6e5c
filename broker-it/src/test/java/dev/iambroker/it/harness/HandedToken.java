package dev.iambroker.it.harness;

import java.time.Instant;
import java.util.Base64;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a token that the broker handed out says of itself.
 *
 * @param account the account of an access token; of an ID token, all that it is good in
 */
public record HandedToken(Instant expiresAt, Instant issuedAt, String account, String identity) {
    private static final String KUBE_ACCOUNT = "iam_id_";

    /** Of the token in an answer of a token route. */
    public static HandedToken in(Answer answer) {
        String token = answer.text("access_token");
        if (token.split("\\.", -1).length != 3) {
            throw new AssertionError("no token in " + answer.status() + " " + answer.body());
        }
        return of(token);
    }

    public static HandedToken of(String token) {
        String[] parts = token.split("\\.", -1);
        JsonNode claims = JsonMapper.shared().readTree(Base64.getUrlDecoder().decode(parts[1]));
        return new HandedToken(
                Instant.ofEpochSecond(claims.path("exp").asLong()),
                Instant.ofEpochSecond(claims.path("iat").asLong()),
                accounts(claims),
                claims.path("iam_id").asString(""));
    }

    /** Whether it is good in that account and in no other. */
    public boolean isOf(String accountId) {
        return account.equals(accountId);
    }

    private static String accounts(JsonNode claims) {
        String bound = claims.path("account").path("bss").asString("");
        if (!bound.isEmpty()) {
            return bound;
        }
        return claims.propertyNames().stream()
                .filter(name -> name.startsWith(KUBE_ACCOUNT))
                .map(name -> name.substring(KUBE_ACCOUNT.length()))
                .sorted()
                .collect(Collectors.joining(" "));
    }
}
