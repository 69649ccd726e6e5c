package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import dev.iambroker.emulator.iam.IamService;
import dev.iambroker.emulator.iam.Sessions;
import dev.iambroker.emulator.record.Departure;
import dev.iambroker.emulator.record.Form;
import dev.iambroker.emulator.record.HeaderRules;
import dev.iambroker.emulator.settings.Generation;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Regions and clusters as the pages of 2017 and 2019 ask for them, refresh token and region in headers. */
public final class ContainersV1 {
    private static final String REFRESH_TOKEN = "X-Auth-Refresh-Token";
    private static final String REGION = "X-Region";
    private static final String CLUSTERS = "/clusters";

    private final Generation generation;
    private final BearerCheck bearer;
    private final Sessions sessions;
    private final Clusters clusters;
    private final IamService iam;

    public ContainersV1(
            Generation generation, BearerCheck bearer, Sessions sessions, Clusters clusters, IamService iam) {
        this.generation = generation;
        this.bearer = bearer;
        this.sessions = sessions;
        this.clusters = clusters;
        this.iam = iam;
    }

    Supplier<HttpResponse> prepare(HttpRequest request, String path) {
        boolean has2019 = generation == Generation.BLUEMIX_2019;
        if (path.equals(CLUSTERS)) {
            return authorized(request, has2019, caller -> list(request, caller));
        }
        if (path.equals("/regions") && has2019) {
            return authorized(request, false, caller -> HttpResponse.json(200, regions()));
        }
        if (path.startsWith(CLUSTERS + "/") && has2019) {
            return cluster(request, path.substring(CLUSTERS.length() + 1));
        }
        throw Departure.unknownPath(request.method(), request.path() + " in " + generation);
    }

    private Supplier<HttpResponse> cluster(HttpRequest request, String rest) {
        if (rest.endsWith("/config")) {
            String id = rest.substring(0, rest.length() - "/config".length());
            String format = format(request);
            return checked(request, true, caller -> config(caller, id, format));
        }
        if (rest.contains("/")) {
            throw Departure.unknownPath(request.method(), request.path());
        }
        return authorized(request, true, caller -> HttpResponse.json(200, ClusterJson.v1(find(caller, rest))));
    }

    private Supplier<HttpResponse> authorized(
            HttpRequest request, boolean region, Function<Caller, HttpResponse> work) {
        HeaderRules.noQuery(request);
        return checked(request, region, work);
    }

    private Supplier<HttpResponse> checked(HttpRequest request, boolean region, Function<Caller, HttpResponse> work) {
        if (!request.method().equals("GET")) {
            throw Departure.wrongMethod(request.method(), request.path(), "GET");
        }
        Set<String> plain = Set.of("authorization", "x-auth-refresh-token");
        HeaderRules.check(request, region ? Set.of("authorization", "x-auth-refresh-token", "x-region") : plain);
        String refreshToken = request.header(REFRESH_TOKEN);
        if (refreshToken == null || !sessions.issued(refreshToken)) {
            throw Departure.strict(
                    "header " + REFRESH_TOKEN + " on " + request.path() + " is missing or no refresh token of IAM");
        }
        if (region && request.header(REGION) == null) {
            throw Departure.strict("missing header " + REGION + " on " + request.path());
        }
        String token = BearerCheck.token(request);
        return () -> CloudErrors.answer(request, () -> work.apply(bearer.caller(token)));
    }

    private HttpResponse list(HttpRequest request, Caller caller) {
        String region = request.header(REGION);
        ArrayNode array = Json.object().putArray("clusters");
        clusters.of(BearerCheck.boundAccount(caller.account())).stream()
                .filter(cluster -> region == null || cluster.region().equals(region))
                .forEach(cluster -> array.add(ClusterJson.v1(cluster)));
        return HttpResponse.json(200, array);
    }

    private Cluster find(Caller caller, String nameOrId) {
        return clusters.find(BearerCheck.boundAccount(caller.account()), nameOrId);
    }

    private HttpResponse config(Caller caller, String nameOrId, String format) {
        Cluster cluster = find(caller, nameOrId);
        clusters.rolesApplied(cluster, caller.identity().iamId());
        String idToken = iam.idToken(caller.identity(), cluster.account());
        return new KubeconfigFile(cluster, false, idToken).in(format, "kubeConfig-" + cluster.id() + "/");
    }

    private static String format(HttpRequest request) {
        Form query = Form.parse(request.query());
        if (!List.of("format").containsAll(query.names())) {
            throw Departure.strict("unexpected query on " + request.path() + ", expected format");
        }
        String format = query.get("format");
        if (format != null && !Set.of("zip", "json", "yaml").contains(format)) {
            throw Departure.strict("unexpected format on " + request.path() + ", expected zip, json or yaml");
        }
        return format == null ? "zip" : format;
    }

    /** As the pages print it, with the cfURL of ap-north put right. */
    private static ObjectNode regions() {
        ObjectNode answer = Json.object();
        ArrayNode regions = answer.putArray("regions");
        region(regions, "ap-north", "jp-tok", "jp-tok", false);
        region(regions, "ap-south", "au-syd", "au-syd", true);
        region(regions, "eu-central", "eu-de", "eu-de", true);
        region(regions, "uk-south", "eu-gb", "eu-gb", true);
        region(regions, "us-east", "us-east", "ng", false);
        region(regions, "us-south", "us-south", "ng", true);
        return answer;
    }

    private static void region(ArrayNode regions, String name, String alias, String host, boolean free) {
        regions.addObject()
                .put("name", name)
                .put("alias", alias)
                .put("cfURL", "api." + host + ".bluemix.net")
                .put("freeEnabled", free);
    }
}
