package dev.iambroker.emulator.kube;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** One cluster's API server: nothing without a good token, then version, discovery, self review and its {@link KubeObjects}. */
public final class KubeApi {
    private static final String PROTOBUF = "application/vnd.kubernetes.protobuf";
    private static final Pattern AUTHENTICATION =
            Pattern.compile("/apis/authentication\\.k8s\\.io/(v1|v1beta1)(/selfsubjectreviews)?");

    private static final String OAUTH_DOCUMENT = "/.well-known/oauth-authorization-server";
    private static final String OWN_USER = "/apis/user.openshift.io/v1/users/~";

    private final Authenticator authenticator;
    private final String version;
    private final KubeObjects objects;
    private final @Nullable OAuthServer oauth;

    private KubeApi(Authenticator authenticator, String version, KubeObjects objects, @Nullable OAuthServer oauth) {
        this.authenticator = authenticator;
        this.version = version;
        this.objects = objects;
        this.oauth = oauth;
    }

    /** {@code version} as the containers service prints it, such as {@code 1.31.4_1540}. */
    public static KubeApi kubernetes(IdTokenAuthenticator authenticator, String version, KubeObjects objects) {
        return new KubeApi(authenticator, version, objects, null);
    }

    /** Takes the tokens of {@code oauth}, to which it points whoever asks, and no others. */
    public static KubeApi openShift(OAuthServer oauth, String version, KubeObjects objects) {
        return new KubeApi(oauth, version, objects, oauth);
    }

    public HttpResponse answer(HttpRequest request) {
        if (oauth != null && request.path().equals(OAUTH_DOCUMENT)) {
            return oauth.document();
        }
        Optional<KubeUser> user = authenticator.user(request.header("Authorization"));
        return user.map(known -> route(request, known)).orElseGet(Statuses::unauthorized);
    }

    private HttpResponse route(HttpRequest request, KubeUser user) {
        Matcher authentication = AUTHENTICATION.matcher(request.path());
        if (authentication.matches() && authentication.group(2) != null) {
            return request.method().equals("POST")
                    ? selfReview(request, authentication.group(1), user)
                    : Statuses.methodNotAllowed();
        }
        if (!request.method().equals("GET")) {
            return Statuses.methodNotAllowed();
        }
        if (authentication.matches()) {
            return Discovery.authenticationResources(authentication.group(1));
        }
        if (oauth != null && request.path().equals(OWN_USER)) {
            return HttpResponse.json(200, openShiftUser(user));
        }
        HttpResponse object = objects.read(request);
        return object != null ? object : read(request.path(), Objects.requireNonNullElse(request.header("Accept"), ""));
    }

    private HttpResponse read(String path, String accept) {
        return switch (path) {
            case "/version" -> HttpResponse.json(200, version());
            case "/livez", "/readyz", "/healthz" -> HttpResponse.text(200, "text/plain; charset=utf-8", "ok");
            case "/api" -> Discovery.core(accept);
            case "/apis" -> Discovery.groups(accept);
            case "/api/v1" -> Discovery.coreResources();
            case "/apis/authentication.k8s.io" -> Discovery.authenticationGroup();
            default -> Statuses.notFound();
        };
    }

    private static ObjectNode openShiftUser(KubeUser user) {
        ObjectNode json = Json.object().put("kind", "User").put("apiVersion", "user.openshift.io/v1");
        json.putObject("metadata").put("name", user.name()).putNull("creationTimestamp");
        user.groups().forEach(json.putArray("groups")::add);
        return json;
    }

    private static HttpResponse selfReview(HttpRequest request, String apiVersion, KubeUser user) {
        if (!isSelfReview(request)) {
            return Statuses.badRequest("expected a SelfSubjectReview");
        }
        ObjectNode review =
                Json.object().put("kind", "SelfSubjectReview").put("apiVersion", "authentication.k8s.io/" + apiVersion);
        review.putObject("metadata").putNull("creationTimestamp");
        ObjectNode info = review.putObject("status").putObject("userInfo").put("username", user.name());
        user.groups().forEach(info.putArray("groups")::add);
        return HttpResponse.json(201, review);
    }

    /** kubectl sends JSON up to 1.31 and Kubernetes' protobuf envelope, which names the kind in clear, from 1.32 on. */
    private static boolean isSelfReview(HttpRequest request) {
        if (PROTOBUF.equals(request.header("Content-Type"))) {
            String body = new String(request.body(), StandardCharsets.ISO_8859_1);
            return body.startsWith("k8s\0") && body.contains("SelfSubjectReview");
        }
        return "SelfSubjectReview".equals(Json.text(Json.objectOrNull(request.body()), "kind"));
    }

    private ObjectNode version() {
        String plain = version.substring(0, (version + "_").indexOf('_'));
        String[] parts = plain.split("\\.");
        return Json.object()
                .put("major", parts[0])
                .put("minor", parts[1])
                .put("gitVersion", "v" + plain + "+IKS")
                .put("gitCommit", "e0000000000000000000000000000000000000e0")
                .put("gitTreeState", "clean")
                .put("buildDate", "2026-01-01T00:00:00Z")
                .put("goVersion", "go1.22.10")
                .put("compiler", "gc")
                .put("platform", "linux/amd64");
    }
}
