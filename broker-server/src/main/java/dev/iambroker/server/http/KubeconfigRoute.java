package dev.iambroker.server.http;

import dev.iambroker.account.Cluster;
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
        String endpoint = known(call.query().get(ENDPOINT));
        KnownCluster known = broker.clusterAccess(call.client(), call.account(), call.cluster());
        String server = server(known.cluster(), endpoint);
        if (server == null) {
            throw noAddress(known.cluster());
        }
        byte[] yaml = template.render(known, server).getBytes(StandardCharsets.UTF_8);
        return FullAnswer.of(200, "application/yaml", yaml);
    }

    private static @Nullable String known(@Nullable String endpoint) {
        if (endpoint != null && !endpoint.equals("public") && !endpoint.equals("private")) {
            throw RequestRefused.badRequest("query parameter endpoint is neither public nor private");
        }
        return endpoint;
    }

    /** The endpoint that was asked for is off, or at no address that a token may go to; so may the other be. */
    private static RequestRefused noAddress(Cluster cluster) {
        if (cluster.publicUrl() == null && cluster.privateUrl() == null) {
            return RequestRefused.badRequest("the containers service names no https address of this cluster:"
                    + " check its state with 'iam-broker clusters', and that an endpoint of its master is enabled");
        }
        String other = cluster.publicUrl() == null ? "private" : "public";
        return RequestRefused.badRequest("the cluster has no such endpoint: ask with --endpoint " + other);
    }

    /** Where none is asked for, the public one, or that there is. */
    private static @Nullable String server(Cluster cluster, @Nullable String endpoint) {
        if (endpoint == null && cluster.publicUrl() == null) {
            return cluster.privateUrl();
        }
        return "private".equals(endpoint) ? cluster.privateUrl() : cluster.publicUrl();
    }
}
