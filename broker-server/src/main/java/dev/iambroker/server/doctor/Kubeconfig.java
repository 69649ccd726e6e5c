package dev.iambroker.server.doctor;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** What a kubeconfig leads to. Immutable. */
public final class Kubeconfig {
    private static final int MAX_CODE_POINTS = 16 * 1024 * 1024;

    private final List<Context> contexts;

    private Kubeconfig(List<Context> contexts) {
        this.contexts = List.copyOf(contexts);
    }

    /**
     * A context with what it stands for.
     *
     * @param server empty where its cluster is missing
     * @param authorityPem null where none is given inline
     * @param command of the exec plugin; null where the user has none
     * @param arguments of the exec plugin
     */
    public record Context(
            String name,
            String server,
            @Nullable String authorityPem,
            boolean isUnverified,
            @Nullable String command,
            List<String> arguments) {}

    /** @throws IllegalArgumentException if {@code text} is no kubeconfig */
    public static Kubeconfig parse(String text) {
        var settings = LoadSettings.builder().setCodePointLimit(MAX_CODE_POINTS).build();
        try {
            Map<?, ?> root = mapping(new Load(settings).loadFromString(text));
            List<Context> contexts = new ArrayList<>();
            for (Object entry : list(root.get("contexts"))) {
                contexts.add(context(mapping(entry), root));
            }
            return new Kubeconfig(contexts);
        } catch (YamlEngineException | NumberFormatException e) {
            throw new IllegalArgumentException("it is not YAML", e);
        }
    }

    private static Context context(Map<?, ?> entry, Map<?, ?> root) {
        Map<?, ?> context = mapping(entry.get("context"));
        Map<?, ?> cluster = named(root, "clusters", "cluster", text(context.get("cluster")));
        Map<?, ?> user = named(root, "users", "user", text(context.get("user")));
        Map<?, ?> exec = mapping(user.get("exec"));
        return new Context(
                text(entry.get("name")),
                text(cluster.get("server")),
                pem(text(cluster.get("certificate-authority-data"))),
                Boolean.TRUE.equals(cluster.get("insecure-skip-tls-verify")),
                exec.isEmpty() ? null : text(exec.get("command")),
                list(exec.get("args")).stream().map(Kubeconfig::text).toList());
    }

    private static Map<?, ?> named(Map<?, ?> root, String section, String member, String name) {
        for (Object entry : list(root.get(section))) {
            if (text(mapping(entry).get("name")).equals(name)) {
                return mapping(mapping(entry).get(member));
            }
        }
        return Map.of();
    }

    private static @Nullable String pem(String base64) {
        try {
            return base64.isEmpty() ? null : new String(Base64.getDecoder().decode(base64), StandardCharsets.US_ASCII);
        } catch (IllegalArgumentException notBase64) {
            return "";
        }
    }

    private static Map<?, ?> mapping(@Nullable Object value) {
        return value instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(@Nullable Object value) {
        return value instanceof List<?> list ? list : List.of();
    }

    private static String text(@Nullable Object value) {
        return value == null ? "" : value.toString();
    }

    /** In the order of the file. */
    public List<Context> contexts() {
        return contexts;
    }
}
