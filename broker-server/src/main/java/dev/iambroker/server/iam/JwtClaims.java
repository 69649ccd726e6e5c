package dev.iambroker.server.iam;

import dev.iambroker.iam.Claims;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Decodes the claims of a compact JWS, RFC 7515 section 7.1 and RFC 7519, without checking its signature. */
public final class JwtClaims {
    /** A token with the groups of many accounts is long; one beyond this is no token. */
    private static final int MAX_CHARS = 65_536;

    private static final int PARTS = 3;

    /** As long as a mail address may be, RFC 5321 section 4.5.3.1. */
    private static final int MAX_USER_CHARS = 254;

    /** The account's 32 digits tell these from {@code sub_type}. */
    private static final Pattern KUBE_CLAIM = Pattern.compile("(?:realmed_sub|sub)_([0-9a-fA-F]{32})");

    private JwtClaims() {}

    /** Null where {@code token} is no JWT. Never throws. */
    public static @Nullable Claims decode(String token) {
        byte[] payload = payload(token);
        JsonNode claims = payload == null ? null : JsonAnswer.object(payload);
        return claims == null ? null : read(claims);
    }

    private static byte @Nullable [] payload(String token) {
        if (token.length() > MAX_CHARS) {
            return null;
        }
        String[] parts = token.split("\\.", -1);
        if (parts.length != PARTS || header(parts[0]) == null) {
            return null;
        }
        return base64Url(parts[1]);
    }

    private static @Nullable JsonNode header(String part) {
        byte[] header = base64Url(part);
        return header == null ? null : JsonAnswer.object(header);
    }

    private static byte @Nullable [] base64Url(String text) {
        try {
            return Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static Claims read(JsonNode claims) {
        return new Claims(
                JsonAnswer.instant(claims, "iat"),
                JsonAnswer.instant(claims, "exp"),
                JsonAnswer.text(claims, "iam_id"),
                user(claims),
                JsonAnswer.text(claims.path("account"), "bss"),
                JsonAnswer.text(claims, "iss"),
                audience(claims.path("aud")),
                kubeAccounts(claims));
    }

    private static @Nullable String user(JsonNode claims) {
        String email = JsonAnswer.text(claims, "email");
        String user = email == null ? JsonAnswer.text(claims, "sub") : email;
        return user == null || user.length() > MAX_USER_CHARS ? null : user;
    }

    /** One string or an array of them, RFC 7519 section 4.1.3. */
    private static List<String> audience(JsonNode aud) {
        if (aud.isString()) {
            return List.of(aud.stringValue());
        }
        List<String> audience = new ArrayList<>();
        for (JsonNode member : aud) {
            if (member.isString()) {
                audience.add(member.stringValue());
            }
        }
        return audience;
    }

    private static Set<String> kubeAccounts(JsonNode claims) {
        Set<String> accounts = new HashSet<>();
        for (String name : claims.propertyNames()) {
            Matcher claim = KUBE_CLAIM.matcher(name);
            if (claim.matches()) {
                accounts.add(claim.group(1));
            }
        }
        return accounts;
    }
}
