package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.iam.IamService;
import dev.iambroker.emulator.record.Departure;
import dev.iambroker.emulator.record.Form;
import dev.iambroker.emulator.record.HeaderRules;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Clusters and their kubeconfigs as the pages since 2021 ask for them: the access token, and no other secret. */
public final class ContainersV2 {
    private static final Set<String> AUTHORIZATION = Set.of("authorization");
    private static final Set<String> FORMATS = Set.of("zip", "json", "yaml");
    private static final Set<String> APPLY_MEMBERS = Set.of("cluster", "format", "admin", "network", "endpointType");

    private final BearerCheck bearer;
    private final Clusters clusters;
    private final IamService iam;

    public ContainersV2(BearerCheck bearer, Clusters clusters, IamService iam) {
        this.bearer = bearer;
        this.clusters = clusters;
        this.iam = iam;
    }

    Supplier<HttpResponse> prepare(HttpRequest request, String path) {
        return switch (path) {
            case "/classic/getClusters" -> {
                query(request, Set.of());
                yield get(request, caller -> list(caller, Provider.CLASSIC));
            }
            case "/vpc/getClusters" -> {
                if (!"vpc-gen2".equals(query(request, Set.of("provider")).get("provider"))) {
                    throw Departure.strict("unexpected provider on " + request.path() + ", expected vpc-gen2");
                }
                yield get(request, caller -> list(caller, Provider.VPC_GEN2));
            }
            case "/getCluster" -> {
                String cluster = cluster(query(request, Set.of("cluster")));
                yield get(request, caller -> HttpResponse.json(200, ClusterJson.v2(find(caller, cluster))));
            }
            case "/getRBACStatus" -> {
                String cluster = cluster(query(request, Set.of("cluster")));
                yield get(request, caller -> HttpResponse.json(200, rolesStatus(caller, cluster)));
            }
            case "/getKubeconfig" -> getKubeconfig(request);
            case "/applyRBACAndGetKubeconfig" -> applyRoles(request);
            default -> throw Departure.unknownPath(request.method(), request.path());
        };
    }

    private Supplier<HttpResponse> get(HttpRequest request, Function<Caller, HttpResponse> work) {
        return authorized(request, "GET", AUTHORIZATION, work);
    }

    private Supplier<HttpResponse> authorized(
            HttpRequest request, String method, Set<String> headers, Function<Caller, HttpResponse> work) {
        if (!request.method().equals(method)) {
            throw Departure.wrongMethod(request.method(), request.path(), method);
        }
        HeaderRules.check(request, headers);
        String token = BearerCheck.token(request);
        return () -> CloudErrors.answer(request, () -> work.apply(bearer.caller(token)));
    }

    private HttpResponse list(Caller caller, Provider provider) {
        ArrayNode array = Json.object().putArray("clusters");
        clusters.of(BearerCheck.boundAccount(caller.account())).stream()
                .filter(cluster -> cluster.provider() == provider)
                .forEach(cluster -> array.add(ClusterJson.v2Element(cluster)));
        return HttpResponse.json(200, array);
    }

    private Cluster find(Caller caller, String nameOrId) {
        return clusters.find(BearerCheck.boundAccount(caller.account()), nameOrId);
    }

    private ObjectNode rolesStatus(Caller caller, String nameOrId) {
        Cluster cluster = find(caller, nameOrId);
        return Json.object()
                .put(
                        "synchronized",
                        clusters.rolesSynchronized(cluster, caller.identity().iamId()));
    }

    private Supplier<HttpResponse> getKubeconfig(HttpRequest request) {
        Form query = query(request, Set.of("cluster", "format", "admin", "network", "endpointType"));
        String cluster = cluster(query);
        String format = format(query.get("format") == null ? "zip" : Objects.requireNonNull(query.get("format")));
        refuse("true".equals(query.get("admin")) || "true".equals(query.get("network")));
        boolean priv =
                endpoint(query.get("endpointType") == null ? "" : Objects.requireNonNull(query.get("endpointType")));
        return get(request, caller -> kubeconfig(caller, find(caller, cluster), format, priv));
    }

    private Supplier<HttpResponse> applyRoles(HttpRequest request) {
        if (!request.method().equals("POST")) {
            throw Departure.wrongMethod(request.method(), request.path(), "POST");
        }
        query(request, Set.of());
        HeaderRules.require(request, "Content-Type", "application/json");
        ObjectNode body = Json.objectOrNull(request.body());
        if (body == null || !APPLY_MEMBERS.containsAll(body.propertyNames())) {
            throw Departure.strict("body on " + request.path() + " is no JSON object of " + APPLY_MEMBERS);
        }
        String cluster = Json.text(body, "cluster");
        if (cluster == null) {
            throw Departure.strict("missing member cluster on " + request.path());
        }
        String format = format(Objects.requireNonNullElse(Json.text(body, "format"), "zip"));
        refuse(body.path("admin").asBoolean(false) || body.path("network").asBoolean(false));
        boolean priv = endpoint(Objects.requireNonNullElse(Json.text(body, "endpointType"), ""));
        return authorized(request, "POST", Set.of("authorization", "content-type"), caller -> {
            Cluster found = find(caller, cluster);
            clusters.rolesApplied(found, caller.identity().iamId());
            return kubeconfig(caller, found, format, priv);
        });
    }

    private HttpResponse kubeconfig(Caller caller, Cluster cluster, String format, boolean privateEndpoint) {
        String idToken = iam.idToken(caller.identity(), cluster.account());
        return new KubeconfigFile(cluster, privateEndpoint, idToken).in(format, "");
    }

    private static Form query(HttpRequest request, Set<String> known) {
        Form query = Form.parse(request.query());
        if (!known.containsAll(query.names())
                || new HashSet<>(query.names()).size() < query.names().size()) {
            throw Departure.strict("unexpected query on " + request.path() + ", expected " + known);
        }
        return query;
    }

    private static String cluster(Form query) {
        String cluster = query.get("cluster");
        if (cluster == null || cluster.isEmpty()) {
            throw Departure.strict("missing query parameter cluster");
        }
        return cluster;
    }

    private static String format(String format) {
        if (!FORMATS.contains(format)) {
            throw Departure.strict("unexpected format, expected one of " + FORMATS);
        }
        return format;
    }

    private static boolean endpoint(String type) {
        if (!type.isEmpty() && !type.equals("private")) {
            throw Departure.strict("unexpected endpointType, expected private or none");
        }
        return type.equals("private");
    }

    private static void refuse(boolean adminOrNetwork) {
        if (adminOrNetwork) {
            throw Departure.strict("admin and network configurations are not for a broker to ask for");
        }
    }
}
