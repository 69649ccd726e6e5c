package dev.iambroker.server.http;

import dev.iambroker.account.KnownCluster;
import dev.iambroker.broker.TokenBroker;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A kubeconfig whose user is the exec plugin. */
record KubeconfigRoute(TokenBroker broker, KubeconfigTemplate template) implements Route {
    private static final String ENDPOINT = "endpoint";

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/clusters/{c}/kubeconfig");
    }

    @Override
    public List<String> parameters() {
        return List.of(ENDPOINT);
    }

    @Override
    public Answer answer(Call call) {
        boolean isPrivate = isPrivate(call.query().get(ENDPOINT));
        KnownCluster known = broker.clusterAccess(call.client(), call.account(), call.cluster());
        String server =
                isPrivate ? known.cluster().privateUrl() : known.cluster().publicUrl();
        if (server == null) {
            throw RequestRefused.badRequest(
                    "the cluster has no such endpoint: ask for endpoint=" + (isPrivate ? "public" : "private"));
        }
        byte[] yaml = template.render(known, server).getBytes(StandardCharsets.UTF_8);
        return FullAnswer.of(200, "application/yaml", yaml);
    }

    private static boolean isPrivate(@Nullable String endpoint) {
        if (endpoint != null && !endpoint.equals("public") && !endpoint.equals("private")) {
            throw RequestRefused.badRequest("query parameter endpoint is neither public nor private");
        }
        return "private".equals(endpoint);
    }
}
