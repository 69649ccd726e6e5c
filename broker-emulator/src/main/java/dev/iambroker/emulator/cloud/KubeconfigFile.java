package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.node.ObjectNode;

/**
 * The kubeconfig that the containers service hands out: with an ID token, without a refresh token. That of an OpenShift
 * cluster has neither, nor an authority.
 */
final class KubeconfigFile {
    private final Cluster cluster;
    private final String server;
    private final String idToken;

    KubeconfigFile(Cluster cluster, boolean privateEndpoint, String idToken) {
        this.cluster = cluster;
        this.server = privateEndpoint ? cluster.privateUrl() : cluster.publicUrl();
        this.idToken = idToken;
    }

    /** In one of the formats {@code json}, {@code yaml} and {@code zip}; the last holds the files below that folder. */
    HttpResponse in(String format, String zipFolder) {
        return switch (format) {
            case "json" -> HttpResponse.json(200, json());
            case "yaml" -> HttpResponse.text(200, "application/yaml", yaml());
            default -> HttpResponse.of(200, "application/zip", zip(zipFolder));
        };
    }

    private String context() {
        return cluster.name() + "/" + cluster.id();
    }

    private String ca() {
        return Base64.getEncoder().encodeToString(cluster.caPem().getBytes(StandardCharsets.US_ASCII));
    }

    private ObjectNode json() {
        ObjectNode config =
                Json.object().put("apiVersion", "v1").put("kind", "Config").put("current-context", context());
        ObjectNode named = config.putArray("clusters").addObject().put("name", context());
        ObjectNode place = named.putObject("cluster").put("server", server);
        if (cluster.isOpenShift()) {
            return config;
        }
        place.put("certificate-authority-data", ca());
        ObjectNode context = config.putArray("contexts").addObject().put("name", context());
        context.putObject("context")
                .put("cluster", context())
                .put("user", "emulated")
                .put("namespace", "default");
        ObjectNode user = config.putArray("users").addObject().put("name", "emulated");
        ObjectNode provider = user.putObject("user").putObject("auth-provider").put("name", "oidc");
        provider.putObject("config")
                .put("client-id", "kube")
                .put("client-secret", "kube")
                .put("id-token", idToken)
                .put("idp-issuer-url", "https://iam.cloud.ibm.com/identity");
        return config;
    }

    private String yaml() {
        return cluster.isOpenShift() ? openShiftYaml() : kubernetesYaml();
    }

    private String openShiftYaml() {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                - name: %s
                  cluster:
                    server: %s
                """.formatted(context(), server);
    }

    private String kubernetesYaml() {
        return """
                apiVersion: v1
                kind: Config
                current-context: %1$s
                clusters:
                - name: %1$s
                  cluster:
                    server: %2$s
                    certificate-authority-data: %3$s
                contexts:
                - name: %1$s
                  context:
                    cluster: %1$s
                    user: emulated
                    namespace: default
                users:
                - name: emulated
                  user:
                    auth-provider:
                      name: oidc
                      config:
                        client-id: kube
                        client-secret: kube
                        id-token: %4$s
                        idp-issuer-url: https://iam.cloud.ibm.com/identity
                """.formatted(context(), server, ca(), idToken);
    }

    private byte[] zip(String folder) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            entry(zip, folder + "kube-config-dal10-" + cluster.name() + ".yml", yaml());
            if (!cluster.isOpenShift()) {
                entry(zip, folder + "ca-dal10-" + cluster.name() + ".pem", cluster.caPem());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return bytes.toByteArray();
    }

    private static void entry(ZipOutputStream zip, String name, String text) throws IOException {
        zip.putNextEntry(new ZipEntry(name));
        zip.write(text.getBytes(StandardCharsets.UTF_8));
        zip.closeEntry();
    }
}
