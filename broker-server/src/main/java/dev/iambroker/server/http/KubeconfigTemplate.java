package dev.iambroker.server.http;

import dev.iambroker.account.KnownCluster;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Renders kubeconfigs. Names are those of IBM's own tools: {@code <cluster>/<id>}.
 *
 * @param command absolute path of {@code iam-broker-credential}
 * @param socket what to pass as {@code --socket}; null where the plugin finds the socket by itself
 */
public record KubeconfigTemplate(Path command, @Nullable Path socket) {
    private static final String HINT =
            "iam-broker-credential comes with iam-broker: install iam-broker on this machine,"
                    + " or write this kubeconfig anew with 'iam-broker kubeconfig'";

    /** @throws IllegalArgumentException if {@code command} is relative: kubectl would look for it elsewhere */
    public KubeconfigTemplate {
        if (!command.isAbsolute()) {
            throw new IllegalArgumentException("the plugin's path must be absolute");
        }
    }

    /** @param server the API server's address to put in */
    String render(KnownCluster known, String server) {
        String context = quoted(known.cluster().name() + "/" + known.cluster().id());
        String user = quoted(known.account() + "/" + known.cluster().id());
        return places(context, user, quoted(server), authority(known.certificateAuthority())) + plugin(user, known);
    }

    private static String places(String context, String user, String server, String authority) {
        return """
                apiVersion: v1
                kind: Config
                clusters:
                  - name: %s
                    cluster:
                      server: %s
                %scontexts:
                  - name: %s
                    context:
                      cluster: %s
                      user: %s
                      namespace: default
                current-context: %s
                """.formatted(context, server, authority, context, context, user, context);
    }

    private String plugin(String user, KnownCluster known) {
        return """
                users:
                  - name: %s
                    user:
                      exec:
                        apiVersion: client.authentication.k8s.io/v1
                        command: %s
                        args: %s
                        interactiveMode: Never
                        provideClusterInfo: true
                        installHint: %s
                """.formatted(user, quoted(command.toString()), arguments(known), quoted(HINT));
    }

    private static String authority(@Nullable String pem) {
        if (pem == null) {
            return "";
        }
        String base64 = Base64.getEncoder().encodeToString(pem.getBytes(StandardCharsets.UTF_8));
        return "      certificate-authority-data: " + base64 + "\n";
    }

    private String arguments(KnownCluster known) {
        List<String> arguments = new ArrayList<>(List.of(
                "--account",
                known.account().value(),
                "--cluster",
                known.cluster().id()));
        if (socket != null) {
            arguments.addAll(List.of("--socket", socket.toString()));
        }
        JsonText json = new JsonText().beginArray();
        arguments.forEach(json::value);
        return text(json.endArray());
    }

    /** A JSON string is a YAML string whatever is in it. */
    private static String quoted(String value) {
        return text(new JsonText().value(value));
    }

    private static String text(JsonText json) {
        return new String(json.bytes(), StandardCharsets.UTF_8);
    }
}
