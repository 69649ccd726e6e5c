package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.http.Json;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** The claims of access and ID tokens. */
final class Claims {
    static final String SCOPE = "ibm openid";
    static final String KUBE_SCOPE = "ibm openid containers-kubernetes";

    private Claims() {}

    /** What a token says, apart from the time. {@code account} is null for a login that is not bound to one. */
    record Holder(
            Identity identity,
            @Nullable String account,
            @Nullable String sessionId,
            String grantType,
            Client client) {}

    static ObjectNode access(Holder holder, String issuer, String tokenId, Instant now, Duration life) {
        ObjectNode claims = common(holder, tokenId);
        ObjectNode authn = person(Json.object(), holder.identity());
        authn.put("sub", holder.identity().subject())
                .put("iam_id", holder.identity().iamId());
        claims.set("authn", authn);
        if (holder.account() != null) {
            claims.putObject("account")
                    .put("valid", true)
                    .put("bss", holder.account())
                    .put("frozen", false);
        }
        times(claims, issuer, now, life);
        return end(claims, holder, holder.client() == Client.KUBE ? KUBE_SCOPE : SCOPE);
    }

    static ObjectNode id(Holder holder, String issuer, String tokenId, Instant now, Duration life) {
        ObjectNode claims = common(holder, tokenId);
        claims.put("aud", Client.KUBE.id());
        if (holder.account() != null) {
            Identity identity = holder.identity();
            claims.put("sub_" + holder.account(), identity.kubeSubject())
                    .put("iam_id_" + holder.account(), identity.iamId())
                    .put("realmed_sub_" + holder.account(), identity.kubeSubject())
                    .putArray("groups_" + holder.account())
                    .add("emulated-group");
        }
        times(claims, issuer, now, life);
        return end(claims, holder, KUBE_SCOPE);
    }

    private static ObjectNode common(Holder holder, String tokenId) {
        Identity identity = holder.identity();
        ObjectNode claims = Json.object()
                .put("iam_id", identity.iamId())
                .put("id", identity.iamId())
                .put("realmid", identity.realm())
                .put("jti", tokenId)
                .put("identifier", identity.id());
        if (holder.sessionId() != null) {
            claims.put("session_id", holder.sessionId());
        }
        person(claims, identity).put("sub", identity.subject());
        if (identity.subjectType() != null) {
            claims.put("sub_type", identity.subjectType());
        }
        return claims;
    }

    private static ObjectNode person(ObjectNode claims, Identity identity) {
        claims.put("name", identity.name());
        if (identity.isUser()) {
            claims.put("given_name", "Emulated").put("family_name", "User").put("email", identity.subject());
        }
        return claims;
    }

    private static void times(ObjectNode claims, String issuer, Instant now, Duration life) {
        claims.put("iat", now.getEpochSecond())
                .put("exp", now.plus(life).getEpochSecond())
                .put("iss", issuer);
    }

    private static ObjectNode end(ObjectNode claims, Holder holder, String scope) {
        claims.put("grant_type", holder.grantType())
                .put("scope", scope)
                .put("client_id", holder.client().id())
                .put("acr", 1)
                .putArray("amr")
                .add("pwd");
        return claims;
    }
}
