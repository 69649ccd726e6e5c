package dev.iambroker.server;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the program itself lies, and how its own plugin finds the daemon.
 *
 * @param plugin absolute path of {@code iam-broker-credential}
 */
record Home(Path plugin) {
    private static final String PROPERTY = "iam-broker.home";
    private static final Path SYSTEM_WIDE = Path.of("/run/iam-broker/broker.sock");

    /** As the launcher tells it; without the launcher, beside the working directory. */
    static Home ofThisProcess() {
        Path home = Path.of(System.getProperty(PROPERTY, ".")).toAbsolutePath().normalize();
        return new Home(home.resolve("bin").resolve("iam-broker-credential"));
    }

    /** Where the jars lie that are loaded only where a fleet is configured. */
    Path fleet() {
        return plugin.resolveSibling("../lib/fleet").normalize();
    }

    /** What a kubeconfig must say of the socket; null where every client finds it by itself. */
    static @Nullable Path toName(Path socket, Map<String, String> environment) {
        String session = environment.get("XDG_RUNTIME_DIR");
        boolean isSessions = session != null && socket.equals(Path.of(session, "iam-broker", "broker.sock"));
        return socket.equals(SYSTEM_WIDE) || isSessions ? null : socket;
    }
}
