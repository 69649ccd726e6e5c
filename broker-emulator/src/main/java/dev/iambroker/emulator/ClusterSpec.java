package dev.iambroker.emulator;

import dev.iambroker.emulator.cloud.Provider;

/** A cluster to add; the id may be anything that a path carries. */
public record ClusterSpec(
        String id, String name, String account, Provider provider, String type, String region, String version) {

    /** A Kubernetes cluster in us-south. */
    public static ClusterSpec kubernetes(String id, String name, String account, Provider provider) {
        return new ClusterSpec(id, name, account, provider, "kubernetes", "us-south", "1.31.4_1540");
    }
}
