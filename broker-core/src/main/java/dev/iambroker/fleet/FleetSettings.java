package dev.iambroker.fleet;

import dev.iambroker.secret.SecretSource;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the shared state is reached and sealed: {@code state.shared}.
 *
 * @param endpoints {@code https://host:port} each, or {@code http://} to a loopback address; not empty
 * @param prefix of every key, begins with a slash and does not end with one
 * @param caFile path of the PEM with the certificates that etcd's are issued by; null: the system's
 * @param certFile path of the PEM with this member's certificate chain; null exactly where {@code keyFile} is
 * @param keyFile path of its private key, PKCS #8 PEM
 * @param username null exactly where {@code password} is
 * @param fleetKey seals what is shared; its text is one key a line, the first seals, all of them open
 */
public record FleetSettings(
        List<URI> endpoints,
        String prefix,
        @Nullable String caFile,
        @Nullable String certFile,
        @Nullable String keyFile,
        @Nullable String username,
        @Nullable SecretSource password,
        SecretSource fleetKey) {
    public FleetSettings {
        endpoints = List.copyOf(endpoints);
    }
}
