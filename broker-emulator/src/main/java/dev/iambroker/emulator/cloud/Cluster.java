package dev.iambroker.emulator.cloud;

/**
 * A cluster as the containers service knows it.
 *
 * @param account the id of its account
 * @param type {@code kubernetes} or {@code openshift}
 * @param version such as {@code 1.31.4_1540}
 * @param caPem the certificate of the authority that signed its server certificate
 */
public record Cluster(
        String id,
        String name,
        String account,
        Provider provider,
        String type,
        String region,
        String version,
        String publicUrl,
        String privateUrl,
        String caPem) {
    boolean isOpenShift() {
        return type.equals("openshift");
    }

    boolean isCalled(String nameOrId) {
        return id.equals(nameOrId) || name.equals(nameOrId);
    }
}
