package dev.iambroker.server.iam;

import dev.iambroker.account.Cluster;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** A cluster as either version tells it: classic ones have their endpoints at the top, VPC ones one level down. */
final class ClusterJson {
    /** {@code c2.private.us-south.containers…}, {@code ID.vpe.private.us-south.containers…}. */
    private static final Pattern PRIVATE_HOST = Pattern.compile("https://[^/]*\\.(private|vpe)\\..*");

    private static final String OPENSHIFT = "openshift";

    private final JsonNode json;

    private ClusterJson(JsonNode json) {
        this.json = json;
    }

    /** Those of a list that have an id; null where {@code json} is no list. */
    static @Nullable List<Cluster> listOf(JsonNode json) {
        if (!json.isArray()) {
            return null;
        }
        List<Cluster> clusters = new ArrayList<>();
        for (JsonNode each : json) {
            Cluster cluster = of(each);
            if (cluster != null) {
                clusters.add(cluster);
            }
        }
        return clusters;
    }

    /** Null where {@code json} is no cluster. */
    static @Nullable Cluster of(JsonNode json) {
        String id = JsonAnswer.text(json, "id");
        return id == null ? null : new ClusterJson(json).cluster(id);
    }

    private Cluster cluster(String id) {
        String name = JsonAnswer.text(json, "name");
        String publicUrl = publicUrl();
        String told = privateUrl();
        String type = JsonAnswer.text(json, "type");
        String privateUrl = told != null && OPENSHIFT.equals(type) ? OpenShiftHosts.trusted(told) : told;
        return new Cluster(
                id,
                name == null ? id : name,
                type,
                JsonAnswer.text(json, "provider"),
                JsonAnswer.text(json, "region"),
                JsonAnswer.text(json, "state"),
                JsonAnswer.text(json, "masterKubeVersion"),
                publicUrl,
                privateUrl,
                endpoints(publicUrl, privateUrl, told));
    }

    private @Nullable String publicUrl() {
        String stated = endpoint("publicServiceEndpointURL", "publicServiceEndpointEnabled");
        return stated == null && !isOff("publicServiceEndpointEnabled") ? master(false) : stated;
    }

    private @Nullable String privateUrl() {
        String stated = endpoint("privateServiceEndpointURL", "privateServiceEndpointEnabled");
        return stated == null && !isOff("privateServiceEndpointEnabled") ? master(true) : stated;
    }

    /** The default endpoint's address, which is the only one that lists and old clusters tell. */
    private @Nullable String master(boolean isPrivate) {
        for (String member : List.of("masterURL", "serverURL")) {
            String url = url(json, member);
            if (url != null && PRIVATE_HOST.matcher(url).matches() == isPrivate) {
                return url;
            }
        }
        return null;
    }

    private Set<String> endpoints(@Nullable String... urls) {
        Set<String> endpoints = new LinkedHashSet<>();
        for (String url : urls) {
            addUnlessNull(endpoints, url);
        }
        for (String member : List.of("masterURL", "serverURL", "virtualPrivateEndpointURL")) {
            addUnlessNull(endpoints, url(json, member));
        }
        addUnlessNull(endpoints, url(nested(), "virtualPrivateEndpointURL"));
        return endpoints;
    }

    private @Nullable String endpoint(String member, String enabled) {
        if (isOff(enabled)) {
            return null;
        }
        String top = url(json, member);
        return top == null ? url(nested(), member) : top;
    }

    private boolean isOff(String enabled) {
        return isFalse(nested().path(enabled)) || (isFalse(json.path(enabled)) && nested().isMissingNode());
    }

    private JsonNode nested() {
        return json.path("serviceEndpoints");
    }

    private static boolean isFalse(JsonNode value) {
        return value.isBoolean() && !value.booleanValue();
    }

    private static @Nullable String url(JsonNode object, String member) {
        String url = JsonAnswer.text(object, member);
        return url != null && url.startsWith("https://") ? url : null;
    }

    private static void addUnlessNull(Set<String> set, @Nullable String value) {
        if (value != null) {
            set.add(value);
        }
    }
}
