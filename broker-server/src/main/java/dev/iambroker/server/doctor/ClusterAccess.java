package dev.iambroker.server.doctor;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * What kubectl would go by.
 *
 * @param account the alias, for advice
 * @param accountId the IBM Cloud account that the token must be of; null where none is configured
 * @param cluster as the user named it
 * @param server the API server's address, https
 * @param authorityPem the certificate authority of the cluster; null where it has one that everybody trusts
 * @param token the bearer token
 * @param namespace where the caller wants to do something
 */
public record ClusterAccess(
        String account,
        @Nullable String accountId,
        String cluster,
        URI server,
        @Nullable String authorityPem,
        String token,
        String namespace) {
    int port() {
        return server.getPort() < 0 ? 443 : server.getPort();
    }

    String host() {
        String host = server.getHost();
        return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    }

    /** Without the token. */
    @Override
    public String toString() {
        return "ClusterAccess[" + account + ", " + cluster + ", " + server + "]";
    }
}
