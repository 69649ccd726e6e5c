package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.http.Json;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Checks RS256 tokens as a service that trusts the key set does. Thread-safe. */
public final class TokenVerifier {
    private final SigningKeys keys;
    private final String issuer;
    private final InstantSource clock;

    public TokenVerifier(SigningKeys keys, String issuer, InstantSource clock) {
        this.keys = keys;
        this.issuer = issuer;
        this.clock = clock;
    }

    /** The claims of a token whose issuer, signature and times hold, checked in this order as kube-apiserver does. */
    public ObjectNode verify(String jwt) throws TokenRejected {
        String[] parts = jwt.split("\\.", -1);
        ObjectNode claims = parts.length == 3 ? part(parts[1]) : null;
        if (claims == null) {
            throw new TokenRejected("malformed token");
        }
        if (!issuer.equals(Json.text(claims, "iss"))) {
            throw new TokenRejected("issuer is not " + issuer);
        }
        checkSignature(parts);
        checkTimes(claims);
        return claims;
    }

    private void checkSignature(String[] parts) throws TokenRejected {
        ObjectNode header = part(parts[0]);
        byte[] signature = decode(parts[2]);
        boolean rs256 = "RS256".equals(Json.text(header, "alg"));
        if (!rs256
                || signature == null
                || !keys.verifies(Json.text(header, "kid"), parts[0] + "." + parts[1], signature)) {
            throw new TokenRejected("signature does not verify");
        }
    }

    private void checkTimes(ObjectNode claims) throws TokenRejected {
        long now = clock.instant().getEpochSecond();
        JsonNode expiry = claims.get("exp");
        if (expiry == null || !expiry.isNumber() || now >= expiry.asLong()) {
            throw new TokenRejected("token is expired");
        }
        JsonNode notBefore = claims.get("nbf");
        if (notBefore != null && now < notBefore.asLong()) {
            throw new TokenRejected("token is not valid yet");
        }
    }

    /** The account that a token claims to be bound to, without any check; null if it names none. */
    public static @Nullable String claimedAccount(String jwt) {
        String[] parts = jwt.split("\\.", -1);
        ObjectNode claims = parts.length == 3 ? part(parts[1]) : null;
        return claims == null ? null : Json.text(claims.get("account"), "bss");
    }

    private static @Nullable ObjectNode part(String encoded) {
        byte[] json = decode(encoded);
        return json == null ? null : Json.objectOrNull(json);
    }

    private static byte @Nullable [] decode(String encoded) {
        try {
            return Objects.requireNonNull(Base64.getUrlDecoder().decode(encoded));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
