package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.settings.Settings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The OAuth server of an OpenShift cluster, for the client that takes challenges: a one-time passcode of IAM as Basic
 * password, and the token in the fragment of a redirect, RFC 6749 section 4.2. Its tokens are opaque and have a life of
 * their own. Thread-safe.
 */
public final class OAuthServer implements Authenticator {
    private static final String AUTHORIZE = "/oauth/authorize";
    private static final String QUERY = "response_type=token&client_id=openshift-challenging-client";
    private static final String USER = "passcode:";
    private static final String PREFIX = "IAM#";
    private static final int TOKEN_DIGITS = 43;

    private final String account;
    private final Supplier<String> url;
    private final Directory directory;
    private final Settings settings;
    private final InstantSource clock;
    private final Map<String, Issued> tokens = new ConcurrentHashMap<>();

    private record Issued(Identity identity, Instant expiresAt) {}

    /**
     * @param account whose members it lets in
     * @param url its own base, asked at each answer since the port is known only after the start
     */
    public OAuthServer(
            String account, Supplier<String> url, Directory directory, Settings settings, InstantSource clock) {
        this.account = account;
        this.url = url;
        this.directory = directory;
        this.settings = settings;
        this.clock = clock;
    }

    /** What the API server shows at {@code /.well-known/oauth-authorization-server}, RFC 8414. */
    HttpResponse document() {
        var document = Json.object()
                .put("issuer", url.get())
                .put("authorization_endpoint", url.get() + AUTHORIZE)
                .put("token_endpoint", url.get() + "/oauth/token");
        document.putArray("response_types_supported").add("code").add("token");
        return HttpResponse.json(200, document);
    }

    public HttpResponse answer(HttpRequest request) {
        if (!request.path().equals(AUTHORIZE)) {
            return HttpResponse.text(404, "text/plain", "404 page not found\n");
        }
        if (!request.method().equals("GET") || !request.query().equals(QUERY)) {
            return HttpResponse.json(400, Json.object().put("error", "invalid_request"));
        }
        Identity identity = identity(request.header("Authorization"));
        return identity == null ? challenge(request) : granted(identity);
    }

    /** Without the header a browser could be made to ask, so nobody is challenged. */
    private static HttpResponse challenge(HttpRequest request) {
        String csrf = request.header("X-CSRF-Token");
        HttpResponse refused = HttpResponse.text(401, "text/plain", "Unauthorized\n");
        return csrf == null || csrf.isEmpty()
                ? refused.with(
                        "Warning",
                        "199 OpenShift \"A non-empty X-CSRF-Token header is required to receive basic-auth challenges\"")
                : refused.with("WWW-Authenticate", "Basic realm=\"openshift\"");
    }

    /** Whose passcode that is, which is used up by the question; null for none of this cluster's account. */
    private @Nullable Identity identity(@Nullable String authorization) {
        String basic = decoded(authorization);
        if (basic == null || !basic.startsWith(USER)) {
            return null;
        }
        Identity identity = directory.takePasscode(basic.substring(USER.length()));
        return identity != null && identity.accounts().contains(account) ? identity : null;
    }

    private static @Nullable String decoded(@Nullable String authorization) {
        if (authorization == null || !authorization.startsWith("Basic ")) {
            return null;
        }
        try {
            byte[] pair = Base64.getDecoder().decode(authorization.substring("Basic ".length()));
            return new String(pair, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private HttpResponse granted(Identity identity) {
        String token = "sha256~" + directory.hex(TOKEN_DIGITS);
        long life = settings.openShiftTokenLife().toSeconds();
        tokens.put(token, new Issued(identity, clock.instant().plusSeconds(life)));
        return HttpResponse.empty(302)
                .with("Cache-Control", "no-cache, no-store, max-age=0, must-revalidate")
                .with(
                        "Location",
                        url.get() + "/oauth/token/implicit#access_token=" + token + "&expires_in=" + life
                                + "&scope=user%3Afull&token_type=Bearer");
    }

    @Override
    public Optional<KubeUser> user(@Nullable String authorization) {
        if (authorization == null || !authorization.toLowerCase(Locale.ROOT).startsWith("bearer ")) {
            return Optional.empty();
        }
        Issued issued = tokens.get(authorization.substring("bearer ".length()).strip());
        return issued == null || !clock.instant().isBefore(issued.expiresAt)
                ? Optional.empty()
                : Optional.of(new KubeUser(
                        PREFIX + issued.identity.kubeSubject(),
                        List.of("system:authenticated:oauth", "system:authenticated")));
    }

    /** Deletes every token, as {@code oc delete oauthaccesstoken} does. */
    public void revokeAll() {
        tokens.clear();
    }

    /** How many tokens it has given out that were not revoked. */
    public int issued() {
        return tokens.size();
    }
}
