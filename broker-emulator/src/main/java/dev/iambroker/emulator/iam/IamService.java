package dev.iambroker.emulator.iam;

import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.record.Departure;
import dev.iambroker.emulator.record.Form;
import dev.iambroker.emulator.record.HeaderRules;
import dev.iambroker.emulator.record.Service;
import dev.iambroker.emulator.settings.Generation;
import dev.iambroker.emulator.settings.Settings;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** Everything below {@code /identity} and {@code /oidc}. */
public final class IamService implements Service {
    private static final String KEYS = "/identity/keys";
    private static final String DISCOVERY = "/identity/.well-known/openid-configuration";
    private static final String PASSCODE = "/identity/passcode";
    private static final String REVOKE = "/identity/revoke";
    private static final Set<String> FORM_HEADERS = Set.of("content-type", "authorization");

    private final String issuer;
    private final Supplier<String> baseUrl;
    private final Generation generation;
    private final SigningKeys keys;
    private final Directory directory;
    private final Sessions sessions;
    private final TokenRules rules;
    private final TokenAnswers answers;
    private final Grants grants;
    private final IamErrors errors;

    /** {@code baseUrl} is asked at each discovery, since the port is known only after the start. */
    public IamService(
            String issuer,
            Supplier<String> baseUrl,
            Generation generation,
            SigningKeys keys,
            Directory directory,
            Sessions sessions,
            Settings settings,
            InstantSource clock) {
        this.issuer = issuer;
        this.baseUrl = baseUrl;
        this.generation = generation;
        this.keys = keys;
        this.directory = directory;
        this.sessions = sessions;
        this.rules = new TokenRules(generation);
        this.answers = new TokenAnswers(keys, issuer, generation, settings, directory, clock);
        this.grants = new Grants(directory, sessions, answers, new TokenVerifier(keys, issuer, clock));
        this.errors = new IamErrors(clock);
    }

    @Override
    public boolean owns(String path) {
        return path.startsWith("/identity/") || path.startsWith("/oidc/");
    }

    @Override
    public HttpResponse refusal(HttpRequest request, Departure departure) {
        return errors.of(request, departure.status(), departure.code(), departure.text(), departure.text());
    }

    @Override
    public Supplier<HttpResponse> prepare(HttpRequest request) {
        return switch (request.path()) {
            case TokenRules.IDENTITY_TOKEN, TokenRules.OIDC_TOKEN -> token(request);
            case KEYS -> get(request, () -> HttpResponse.json(200, keys.jwks()));
            case DISCOVERY -> get(request, () -> HttpResponse.json(200, discovery()));
            case PASSCODE -> request.method().equals("GET") ? passcodePage(request) : passcode(request);
            case REVOKE -> revoke(request);
            default -> throw Departure.unknownPath(request.method(), request.path());
        };
    }

    private Supplier<HttpResponse> token(HttpRequest request) {
        TokenRequest checked = rules.check(request);
        return () -> answer(request, () -> grants.answer(checked));
    }

    private HttpResponse answer(HttpRequest request, Supplier<ObjectNode> work) {
        try {
            return HttpResponse.json(200, work.get())
                    .with("Cache-Control", "no-store")
                    .with("Transaction-Id", Objects.requireNonNullElse(request.header("Transaction-Id"), "emulated"));
        } catch (IamFailure e) {
            return errors.of(request, e.error(), e.details());
        }
    }

    private static Supplier<HttpResponse> get(HttpRequest request, Supplier<HttpResponse> work) {
        if (!request.method().equals("GET")) {
            throw Departure.wrongMethod(request.method(), request.path(), "GET");
        }
        HeaderRules.noQuery(request);
        HeaderRules.check(request, Set.of());
        return work;
    }

    private ObjectNode discovery() {
        String base = baseUrl.get() + "/identity";
        ObjectNode document = Json.object()
                .put("issuer", issuer)
                .put("authorization_endpoint", base + "/authorize")
                .put("token_endpoint", base + "/token")
                .put("revocation_endpoint", base + "/revoke")
                .put("passcode_endpoint", base + "/passcode")
                .put("jwks_uri", base + "/keys");
        document.putArray("public_hosts").add(base);
        document.putArray("response_types_supported")
                .add("code")
                .add("id_token")
                .add("token id_token");
        // As the real list: passcode, assume and cr-token work and are not in it.
        document.putArray("grant_types_supported")
                .add("password")
                .add("refresh_token")
                .add("urn:ibm:params:oauth:grant-type:apikey")
                .add("urn:ibm:params:oauth:grant-type:delegated-refresh-token");
        document.putArray("subject_types_supported").add("public");
        document.putArray("id_token_signing_alg_values_supported").add("RS256");
        document.putArray("token_endpoint_auth_methods_supported").add("client_secret_basic");
        document.putArray("scopes_supported").add("openid").add("ibm").add("containers-kubernetes");
        document.putArray("claims_supported")
                .add("iam_id")
                .add("sub")
                .add("aud")
                .add("iss");
        return document;
    }

    /** The page where a person reads a passcode; the browser's login is skipped and the first user taken. */
    private Supplier<HttpResponse> passcodePage(HttpRequest request) {
        // A browser sends headers of its own, so they are not looked at here.
        HeaderRules.noQuery(request);
        return () -> directory
                .firstUser()
                .map(user -> HttpResponse.text(200, "text/plain", directory.addPasscode(user) + "\n"))
                .orElseGet(() -> HttpResponse.text(404, "text/plain", "no user to make a passcode for\n"));
    }

    private Supplier<HttpResponse> passcode(HttpRequest request) {
        Form form = form(request, Set.of("grant_type", "refresh_token", "response_type"), Set.of());
        if (!"refresh_token".equals(form.get("grant_type")) || !"cloud_iam".equals(form.get("response_type"))) {
            throw Departure.strict("expected grant_type=refresh_token and response_type=cloud_iam on " + PASSCODE);
        }
        if (!generation.hasKubeTokens() || Client.of(request) != Client.BX) {
            throw Departure.strict("wrong client or generation for " + PASSCODE + ", expected client bx after 2017");
        }
        return () -> answer(request, () -> newPasscode(form));
    }

    private ObjectNode newPasscode(Form form) {
        Identity user = sessions.use(Objects.requireNonNull(form.get("refresh_token")), Client.BX).session.identity;
        if (!user.isUser()) {
            throw new IamFailure(IamError.BXNIM0106E, "one-time passcodes are for users");
        }
        return Json.object().put("passcode", directory.addPasscode(user));
    }

    /** RFC 7009: an unknown token is no error. */
    private Supplier<HttpResponse> revoke(HttpRequest request) {
        Form form = form(request, Set.of("token"), Set.of("token_type_hint"));
        Client client = Client.of(request);
        if (client == Client.NONE) {
            throw new Departure(401, IamError.BXNIM0308E.name(), "missing Authorization header on " + REVOKE);
        }
        return () -> {
            sessions.revoke(Objects.requireNonNull(form.get("token")), client);
            return HttpResponse.empty(200);
        };
    }

    private static Form form(HttpRequest request, Set<String> required, Set<String> optional) {
        if (!request.method().equals("POST")) {
            throw Departure.wrongMethod(request.method(), request.path(), "POST");
        }
        HeaderRules.noQuery(request);
        HeaderRules.check(request, FORM_HEADERS);
        HeaderRules.require(request, "Content-Type", Form.CONTENT_TYPE);
        Form form = TokenRules.form(request);
        for (String name : required) {
            if (!form.has(name)) {
                throw new Departure(
                        400, IamError.BXNIM0109E.name(), "missing form field " + name + " on " + request.path());
            }
        }
        for (String name : form.names()) {
            if (!required.contains(name) && !optional.contains(name)) {
                throw Departure.strict("unexpected form field " + name + " on " + request.path());
            }
        }
        return form;
    }

    /** An access token of that identity outside any request, for tests; null leaves it unbound. */
    public String accessToken(Identity identity, @Nullable String account) {
        return answers.accessToken(new Claims.Holder(identity, account, null, "password", Client.BX));
    }

    /** An ID token for clusters outside any request, for tests. */
    public String idToken(Identity identity, String account) {
        return answers.idToken(new Claims.Holder(identity, account, null, "password", Client.KUBE));
    }

    /** Signs any claims with the token service's key, for tests of those who verify. */
    public String sign(ObjectNode claims) {
        return keys.sign(claims);
    }

    /** A refresh token of a new session outside any request, as if from a login elsewhere. */
    public String refreshToken(Identity identity, @Nullable String account) {
        return sessions.issue(sessions.begin(identity), Client.BX, account).value;
    }
}
