package dev.iambroker.server.iam;

import dev.iambroker.account.Cluster;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * Version 1, with the refresh token beside the access token. The 2019 page asks region by region; the 2017 page knows no
 * regions and no details of one cluster.
 */
final class ContainersV1 implements ContainersDialect {
    private static final int NOT_FOUND = 404;
    private static final String CLUSTERS = "/v1/clusters";

    private final ServiceCalls calls;
    private final CloudProfile cloud;
    private final Secret accessToken;
    private final @Nullable Secret refreshToken;

    ContainersV1(ServiceCalls calls, CloudProfile cloud, Secret accessToken, @Nullable Secret refreshToken) {
        this.calls = calls;
        this.cloud = cloud;
        this.accessToken = accessToken;
        this.refreshToken = refreshToken;
    }

    @Override
    public List<Cluster> list() {
        if (!hasRegions()) {
            return list(null);
        }
        List<Cluster> clusters = new ArrayList<>();
        for (String region : regions()) {
            clusters.addAll(list(region));
        }
        return clusters;
    }

    private boolean hasRegions() {
        return switch (cloud.cloud()) {
            case BLUEMIX_2019 -> true;
            case BLUEMIX_2017, IBM_CLOUD, IBM_CLOUD_PRIVATE -> false;
        };
    }

    private List<String> regions() {
        String configured = cloud.region();
        return configured == null ? everyRegion() : List.of(configured);
    }

    private List<String> everyRegion() {
        HttpCall call = get("/v1/regions", null);
        JsonNode regions = calls.json(call).path("regions");
        if (!regions.isArray()) {
            throw calls.unexpected(call, "no list of regions");
        }
        List<String> names = new ArrayList<>();
        for (JsonNode region : regions) {
            String name = JsonAnswer.text(region, "name");
            if (name != null) {
                names.add(name);
            }
        }
        return names;
    }

    private List<Cluster> list(@Nullable String region) {
        HttpCall call = get(CLUSTERS, region);
        List<Cluster> clusters = ClusterJson.listOf(calls.json(call));
        if (clusters == null) {
            throw calls.unexpected(call, "no list of clusters");
        }
        return clusters;
    }

    @Override
    public Cluster get(String idOrName) {
        Cluster listed = find(idOrName);
        return hasRegions() ? detailed(listed) : listed;
    }

    /** Details want the cluster's region, and only the lists tell it. */
    private Cluster find(String idOrName) {
        for (Cluster cluster : list()) {
            if (cluster.id().equals(idOrName) || cluster.name().equals(idOrName)) {
                return cluster;
            }
        }
        throw new ServiceFailure(
                "the containers service at " + cloud.containers().getRawAuthority() + " lists no such cluster",
                NOT_FOUND,
                null);
    }

    private Cluster detailed(Cluster listed) {
        HttpCall call = get(pathOf(listed), regionOf(listed));
        Cluster cluster = ClusterJson.of(calls.json(call));
        if (cluster == null) {
            throw calls.unexpected(call, "no cluster");
        }
        return cluster;
    }

    @Override
    public byte[] kubeconfig(Cluster cluster) {
        return calls.bytes(get(pathOf(cluster) + "/config", hasRegions() ? regionOf(cluster) : null));
    }

    private @Nullable String regionOf(Cluster cluster) {
        return cluster.region() == null ? cloud.region() : cluster.region();
    }

    private static String pathOf(Cluster cluster) {
        String segment = URLEncoder.encode(cluster.id(), StandardCharsets.UTF_8).replace("+", "%20");
        return CLUSTERS + "/" + segment;
    }

    private HttpCall get(String path, @Nullable String region) {
        return HttpCall.get(URI.create(cloud.containers() + path))
                .bearer(accessToken)
                .refreshToken(refreshToken)
                .region(region);
    }
}
