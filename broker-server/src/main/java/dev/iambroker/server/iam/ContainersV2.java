package dev.iambroker.server.iam;

import dev.iambroker.account.Cluster;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.server.json.JsonTree;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Version 2: verbs instead of resources, the access token alone. */
final class ContainersV2 implements ContainersDialect {
    private static final Logger LOG = LoggerFactory.getLogger(ContainersV2.class);

    private static final String CLASSIC = "/v2/classic/getClusters";
    private static final String VPC = "/v2/vpc/getClusters?provider=vpc-gen2";
    private static final String CLUSTER = "/v2/getCluster?cluster=";
    private static final String KUBECONFIG = "/v2/applyRBACAndGetKubeconfig";
    private static final String RBAC_STATUS = "/v2/getRBACStatus?cluster=";

    /** Together seven seconds: a caller waits meanwhile, and the credential works without. */
    private static final List<Duration> RBAC_WAITS =
            List.of(Duration.ofSeconds(1), Duration.ofSeconds(2), Duration.ofSeconds(4));

    private final ServiceCalls calls;
    private final String base;
    private final Secret accessToken;
    private final Sleeper sleeper;

    ContainersV2(ServiceCalls calls, URI base, Secret accessToken, Sleeper sleeper) {
        this.calls = calls;
        this.base = base.toString();
        this.accessToken = accessToken;
        this.sleeper = sleeper;
    }

    @Override
    public List<Cluster> list() {
        List<Cluster> merged = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        for (String path : List.of(CLASSIC, VPC)) {
            for (Cluster cluster : listed(get(URI.create(base + path)))) {
                if (ids.add(cluster.id())) {
                    merged.add(cluster);
                }
            }
        }
        return merged;
    }

    private List<Cluster> listed(HttpCall call) {
        List<Cluster> clusters = ClusterJson.listOf(calls.json(call));
        if (clusters == null) {
            throw calls.unexpected(call, "no list of clusters");
        }
        return clusters;
    }

    @Override
    public Cluster get(String idOrName) {
        HttpCall call = get(withCluster(CLUSTER, idOrName));
        Cluster cluster = ClusterJson.of(calls.json(call));
        if (cluster == null) {
            throw calls.unexpected(call, "no cluster");
        }
        return cluster;
    }

    @Override
    public byte[] kubeconfig(Cluster cluster) {
        ObjectNode body = JsonTree.object().put("cluster", cluster.id()).put("format", "json");
        byte[] kubeconfig = calls.bytes(HttpCall.postJson(URI.create(base + KUBECONFIG), JsonAnswer.write(body))
                .bearer(accessToken));
        awaitRbac(cluster);
        return kubeconfig;
    }

    /** Waits a little for the caller's roles to reach the cluster, then goes on regardless: they will. */
    private void awaitRbac(Cluster cluster) {
        try {
            for (Duration wait : RBAC_WAITS) {
                if (isSynchronized(cluster)) {
                    return;
                }
                sleeper.sleep(wait);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ServiceFailure e) {
            LOG.debug("no RBAC status of cluster {}: {}", cluster.id(), e.getMessage());
        }
    }

    private boolean isSynchronized(Cluster cluster) {
        JsonNode status = calls.json(get(withCluster(RBAC_STATUS, cluster.id())));
        JsonNode done = status.path("synchronized");
        return done.isBoolean() && done.booleanValue();
    }

    private URI withCluster(String path, String idOrName) {
        return URI.create(base + path + URLEncoder.encode(idOrName, StandardCharsets.UTF_8));
    }

    private HttpCall get(URI uri) {
        return HttpCall.get(uri).bearer(accessToken);
    }
}
