package dev.iambroker.server.doctor;

import java.net.URI;
import java.net.URISyntaxException;
import org.jspecify.annotations.Nullable;

/**
 * What kubectl would go by.
 *
 * @param account the alias, for advice
 * @param accountId the IBM Cloud account that the token must be of; null where none is configured
 * @param cluster as the user named it
 * @param server the API server's address, from {@link #address}
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
    /** A token sent to anything else could be read on its way. */
    public ClusterAccess {
        address(server.toString());
    }

    /**
     * The address of an API server as a kubeconfig names it.
     *
     * @throws IllegalArgumentException saying what it is instead, where a token must not be sent there
     */
    public static URI address(String server) {
        URI address = parsed(server);
        if (!"https".equalsIgnoreCase(address.getScheme())) {
            throw refused(server, "without TLS, and the token would go there in clear");
        }
        if (address.getHost() == null || address.getRawUserInfo() != null) {
            throw refused(server, address.getHost() == null ? "without a host" : "with user information");
        }
        return address;
    }

    private static URI parsed(String server) {
        try {
            return new URI(server);
        } catch (URISyntaxException e) {
            throw refused(server, "no URL at all");
        }
    }

    private static IllegalArgumentException refused(String server, String what) {
        // What stands before an @ may be a password.
        String shown = server.isEmpty() ? "nothing" : server.contains("@") ? "an address" : server;
        return new IllegalArgumentException(
                "the kubeconfig names the server " + shown + ", " + what + ": expected https://HOST[:PORT]");
    }

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
