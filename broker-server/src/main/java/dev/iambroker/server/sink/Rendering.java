package dev.iambroker.server.sink;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.iambroker.account.Cluster;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.server.config.SinkConfig.Format;
import dev.iambroker.server.json.JsonTree;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.StringNode;

/** What stands around a token in a file. The token is in it once or twice, and nowhere on the heap but in the result. */
final class Rendering {
    private static final JsonTree JSON = JsonTree.plain();

    /** How a kubeconfig begins; another one that is in the way is somebody's own. */
    private static final String KUBECONFIG = "# Kept by iam-broker, with a token in it. Changes are lost.\n";

    private static final String HEADER = "Authorization: Bearer ";
    private static final String SECOND_VARIABLE = "'\nIBMCLOUD_IAM_TOKEN='Bearer ";
    private static final String VARIABLE = "IC_IAM_TOKEN='Bearer ";

    static final Rendering OF_TOKEN = new Rendering("", null, "");
    static final Rendering OF_HEADER = new Rendering(HEADER, null, "\n");
    static final Rendering OF_ENV = new Rendering(VARIABLE, SECOND_VARIABLE, "'\n");

    private final byte[] before;
    private final byte @Nullable [] between;
    private final byte[] after;

    private Rendering(String before, @Nullable String between, String after) {
        this.before = before.getBytes(UTF_8);
        this.between = between == null ? null : between.getBytes(UTF_8);
        this.after = after.getBytes(UTF_8);
    }

    /** @throws SinkFailure where the cluster has no such address */
    static Rendering ofKubeconfig(KnownCluster known, boolean isPrivate) throws SinkFailure {
        Cluster cluster = known.cluster();
        String server = isPrivate ? cluster.privateUrl() : cluster.publicUrl();
        if (server == null) {
            throw new SinkFailure("the cluster has no " + (isPrivate ? "private" : "public")
                    + " address (expected endpoint: " + (isPrivate ? "public" : "private") + ")");
        }
        String context = quoted(cluster.name() + "/" + cluster.id());
        String user = quoted(known.account() + "/" + cluster.id());
        return new Rendering(KUBECONFIG + """
                apiVersion: v1
                kind: Config
                clusters:
                  - name: %1$s
                    cluster:
                      server: %2$s
                %3$scontexts:
                  - name: %1$s
                    context: { cluster: %1$s, user: %4$s, namespace: default }
                current-context: %1$s
                users:
                  - name: %4$s
                    user:
                      token: \"""".formatted(context, quoted(server), authority(known), user), null, "\"\n");
    }

    private static String authority(KnownCluster known) {
        String pem = known.certificateAuthority();
        return pem == null
                ? ""
                : "      certificate-authority-data: " + Base64.getEncoder().encodeToString(pem.getBytes(UTF_8)) + "\n";
    }

    /** A JSON string is a YAML string whatever is in it. */
    private static String quoted(String value) {
        return JSON.text(StringNode.valueOf(value));
    }

    /** The content of the file; the caller overwrites it after use. @throws SinkFailure where the token has a character that none has */
    @Reveals("the token goes into a file that the configuration asks for, with the mode and owner that it says")
    byte[] around(Secret token) throws SinkFailure {
        byte[] clear = token.revealBytes();
        try {
            demandPlain(clear);
            return between == null ? joined(before, clear, after) : joined(before, clear, between, clear, after);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    /** Whoever made the token must not write lines of a shell script or of a header with it. */
    private static void demandPlain(byte[] token) throws SinkFailure {
        for (byte each : token) {
            boolean isPlain = (each >= '0' && each <= '9')
                    || (each >= 'A' && each <= 'Z')
                    || (each >= 'a' && each <= 'z')
                    || "-._~+/=".indexOf(each) >= 0;
            if (!isPlain) {
                throw new SinkFailure(
                        "the token holds a character that RFC 6750 does not allow in one, and is not written"
                                + " (expected letters, digits and -._~+/=)");
            }
        }
    }

    private static byte[] joined(byte[]... parts) {
        int length = 0;
        for (byte[] part : parts) {
            length += part.length;
        }
        byte[] whole = new byte[length];
        int at = 0;
        for (byte[] part : parts) {
            System.arraycopy(part, 0, whole, at, part.length);
            at += part.length;
        }
        return whole;
    }

    /** Whether a file with that content may be one that a sink of that format wrote, and not somebody's own. */
    static boolean isLike(Format format, byte[] content) {
        if (content.length == 0) {
            return true;
        }
        byte[] begin = beginning(format).getBytes(UTF_8);
        boolean begins = content.length > begin.length && Arrays.equals(begin, Arrays.copyOf(content, begin.length));
        return begins && (begin.length > 0 || isOneWord(content));
    }

    private static String beginning(Format format) {
        return switch (format) {
            case TOKEN -> "";
            case HEADER -> HEADER;
            case ENV -> VARIABLE;
            case KUBECONFIG -> KUBECONFIG;
        };
    }

    private static boolean isOneWord(byte[] content) {
        for (byte each : content) {
            if (each <= ' ') {
                return false;
            }
        }
        return true;
    }
}
