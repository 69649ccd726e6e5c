package dev.iambroker.server.iam;

import dev.iambroker.account.OpenShiftToken;
import dev.iambroker.secret.Secret;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The address to which an OAuth server sends a browser on with the answer in its fragment, RFC 6749 section 4.2.2. It is
 * read and never gone to.
 */
final class OAuthRedirect {
    /** RFC 6750 section 2.1, and not more than a header line carries. */
    private static final Pattern TOKEN = Pattern.compile("[A-Za-z0-9._~+/-]{1,4096}=*");

    /** RFC 6749 section 3.3, and not more than a line of it. */
    private static final Pattern SCOPE = Pattern.compile("[!#-\\[\\]-~ ]{1,200}");

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,10}");
    private static final Pattern ERROR = Pattern.compile("[a-z_]{1,40}");

    /** RFC 6749 section 4.2.2.1: the two that speak of the moment. */
    private static final Set<String> NOT_NOW = Set.of("server_error", "temporarily_unavailable");

    /** A cluster may issue tokens that do not end; such a one is had anew once a day like those of most clusters. */
    private static final Duration LIFE_OF_ENDLESS = Duration.ofHours(24);

    private final String place;
    private final Map<String, String> answer;

    private OAuthRedirect(String place, Map<String, String> answer) {
        this.place = place;
        this.answer = answer;
    }

    /** @param location the header's value; what cannot be read of it is as good as not there */
    static OAuthRedirect of(String location) {
        int hash = location.indexOf('#');
        int query = location.indexOf('?');
        int end = hash < 0 ? location.length() : hash;
        boolean hasQuery = query >= 0 && query < end;
        String place = location.substring(0, hasQuery ? query : end);
        String parameters = hash >= 0 ? location.substring(hash + 1) : hasQuery ? location.substring(query + 1) : "";
        return new OAuthRedirect(place, decoded(parameters));
    }

    private static Map<String, String> decoded(String parameters) {
        Map<String, String> decoded = new HashMap<>();
        for (String parameter : parameters.split("&", -1)) {
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                String value = decodedOrNull(parameter.substring(equals + 1));
                // Sent twice, RFC 6749 section 3.1: neither counts.
                if (value == null || decoded.put(parameter.substring(0, equals), value) != null) {
                    decoded.put(parameter.substring(0, equals), "");
                }
            }
        }
        return decoded;
    }

    private static @Nullable String decodedOrNull(String value) {
        try {
            return URLDecoder.decode(value, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** The address without query and fragment. */
    String place() {
        return place;
    }

    /** The error's code where it looks like one; null where there is none. */
    @Nullable
    String error() {
        String error = answer.get("error");
        return error == null ? null : ERROR.matcher(error).matches() ? error : "unreadable error";
    }

    boolean isErrorOfTheMoment() {
        return NOT_NOW.contains(answer.getOrDefault("error", ""));
    }

    @Nullable
    String errorDescription() {
        return answer.get("error_description");
    }

    boolean hasToken() {
        return answer.containsKey("access_token");
    }

    /** Null where the token, its type or its life is not what it should be. */
    @Nullable
    OpenShiftToken token(Instant requestedAt) {
        String token = answer.getOrDefault("access_token", "");
        Duration life = life();
        boolean isBearer = "bearer".equalsIgnoreCase(answer.get("token_type"));
        if (life == null || !isBearer || !TOKEN.matcher(token).matches()) {
            return null;
        }
        return new OpenShiftToken(Secret.of(token), life, scope(), requestedAt);
    }

    private @Nullable String scope() {
        String scope = answer.getOrDefault("scope", "");
        return SCOPE.matcher(scope).matches() ? scope : null;
    }

    private @Nullable Duration life() {
        String seconds = answer.getOrDefault("expires_in", "");
        if (!SECONDS.matcher(seconds).matches()) {
            return null;
        }
        long life = Math.min(Long.parseLong(seconds), Integer.MAX_VALUE);
        return life == 0 ? LIFE_OF_ENDLESS : Duration.ofSeconds(life);
    }
}
