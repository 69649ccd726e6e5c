package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.iam.TokenRejected;
import dev.iambroker.emulator.iam.TokenVerifier;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Accepts ID tokens as kube-apiserver's OIDC authenticator does: issuer, signature, audience, times, user name claim. */
public final class IdTokenAuthenticator implements Authenticator {
    private static final String SCHEME = "bearer ";
    private static final String AUDIENCE = "kube";
    private static final String PREFIX = "IAM#";

    private final TokenVerifier verifier;
    private final String userNameClaim;

    public IdTokenAuthenticator(TokenVerifier verifier, String account) {
        this.verifier = verifier;
        this.userNameClaim = "realmed_sub_" + account;
    }

    @Override
    public Optional<KubeUser> user(@Nullable String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith(SCHEME)) {
            return Optional.empty();
        }
        try {
            return user(verifier.verify(authorization.substring(SCHEME.length()).strip()));
        } catch (TokenRejected e) {
            return Optional.empty();
        }
    }

    private Optional<KubeUser> user(ObjectNode claims) {
        String name = Json.text(claims, userNameClaim);
        if (name == null || !hasAudience(claims.get("aud"))) {
            return Optional.empty();
        }
        return Optional.of(new KubeUser(PREFIX + name, List.of("system:authenticated")));
    }

    private static boolean hasAudience(@Nullable JsonNode audience) {
        if (audience == null) {
            return false;
        }
        if (audience.isString()) {
            return AUDIENCE.equals(audience.stringValue());
        }
        return audience.isArray() && audience.valueStream().anyMatch(IdTokenAuthenticator::hasAudience);
    }
}
