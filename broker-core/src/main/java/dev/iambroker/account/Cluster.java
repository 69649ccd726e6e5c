package dev.iambroker.account;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A cluster of an account, as the containers service tells it.
 *
 * @param type {@code kubernetes} or {@code openshift}
 * @param provider {@code classic}, {@code vpc-gen2} …
 * @param publicUrl the master's public address, null where that endpoint is off
 * @param privateUrl the master's private address, null where that endpoint is off
 * @param endpoints every address that its API server answers on, those two among them
 */
public record Cluster(
        String id,
        String name,
        @Nullable String type,
        @Nullable String provider,
        @Nullable String region,
        @Nullable String state,
        @Nullable String version,
        @Nullable String publicUrl,
        @Nullable String privateUrl,
        Set<String> endpoints) {
    public Cluster {
        endpoints = Set.copyOf(endpoints);
    }

    public boolean isOpenShift() {
        return "openshift".equals(type);
    }
}
