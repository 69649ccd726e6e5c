package dev.iambroker.emulator;

import dev.iambroker.emulator.cloud.Provider;

/** A cluster to add; the id may be anything that a path carries. */
public record ClusterSpec(
        String id, String name, String account, Provider provider, String type, String region, String version) {
    private static final String OPENSHIFT = "openshift";

    /** A Kubernetes cluster in us-south. */
    public static ClusterSpec kubernetes(String id, String name, String account, Provider provider) {
        return new ClusterSpec(id, name, account, provider, "kubernetes", "us-south", "1.31.4_1540");
    }

    /** An OpenShift cluster in us-south. */
    public static ClusterSpec openShift(String id, String name, String account, Provider provider) {
        return new ClusterSpec(id, name, account, provider, OPENSHIFT, "us-south", "4.16.23_1560_openshift");
    }

    public boolean isOpenShift() {
        return OPENSHIFT.equals(type);
    }

    /** What the API server says; the containers service tells OpenShift's own version. */
    String kubeVersion() {
        return isOpenShift() ? "1.29.10_0" : version;
    }
}
