package dev.iambroker.server.config;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where the daemon finds its configuration and, unless that says otherwise, puts its socket and its state.
 *
 * @param config the configuration file; nothing says that it exists
 * @param socketFlag {@code --socket}, stronger than the configuration; null where it was not given
 * @param socket the main socket, where neither flag nor configuration name one
 * @param stateDir the state directory, where the configuration names none
 */
public record Places(Place config, @Nullable Path socketFlag, Place socket, Place stateDir) {
    private static final int ROOT = 0;
    private static final String OWN = "iam-broker";
    private static final String CONFIG_NAME = "broker.yaml";
    private static final String SOCKET_NAME = "broker.sock";
    private static final String DEFAULT = "default";

    /**
     * The places of {@code serve}.
     *
     * @param environment of the process
     * @param home of the user, for what XDG leaves to it
     * @param configFlag {@code --config}, or null
     * @param socketFlag {@code --socket}, or null
     */
    public static Places ofDaemon(
            Map<String, String> environment, int uid, Path home, @Nullable Path configFlag, @Nullable Path socketFlag) {
        var search = new Search(environment, uid != ROOT, home);
        return new Places(search.config(configFlag), absolute(socketFlag), search.socket(), search.stateDir());
    }

    /**
     * Where a client looks for the socket: it takes the first that exists.
     *
     * @param environment of the process
     * @param socketFlag {@code --socket}, or null
     */
    public static List<Place> clientSockets(Map<String, String> environment, @Nullable Path socketFlag) {
        var sockets = new ArrayList<Place>();
        if (socketFlag != null) {
            sockets.add(new Place(socketFlag.toAbsolutePath(), "--socket"));
        }
        var search = new Search(environment, true, Path.of("/"));
        Place named = search.environment("IAM_BROKER_SOCKET", "");
        if (named != null) {
            sockets.add(named);
        }
        Place session = search.runtime();
        if (session != null) {
            sockets.add(session);
        }
        sockets.add(systemWide("/run", SOCKET_NAME));
        return List.copyOf(sockets);
    }

    private static @Nullable Path absolute(@Nullable Path path) {
        return path == null ? null : path.toAbsolutePath();
    }

    private static Place systemWide(String root, String name) {
        return new Place(Path.of(root, OWN, name), DEFAULT);
    }

    private record Search(Map<String, String> environment, boolean perUser, Path home) {
        Place config(@Nullable Path flag) {
            if (flag != null) {
                return new Place(flag.toAbsolutePath(), "--config");
            }
            Place named = environment("IAM_BROKER_CONFIG", "");
            if (named != null) {
                return named;
            }
            Place systemd = systemd("CONFIGURATION_DIRECTORY", CONFIG_NAME);
            if (systemd != null) {
                return systemd;
            }
            return ownOrSystemWideConfig();
        }

        /** A user without a file of their own reads the machine's; with neither, their own is the one to write. */
        private Place ownOrSystemWideConfig() {
            Place machine = systemWide("/etc", CONFIG_NAME);
            if (!perUser) {
                return machine;
            }
            Place own = xdg("XDG_CONFIG_HOME", ".config", CONFIG_NAME);
            return Files.exists(own.path()) || !Files.exists(machine.path()) ? own : machine;
        }

        Place socket() {
            Place systemd = systemd("RUNTIME_DIRECTORY", SOCKET_NAME);
            if (systemd != null) {
                return systemd;
            }
            Place session = perUser ? runtime() : null;
            return session == null ? systemWide("/run", SOCKET_NAME) : session;
        }

        Place stateDir() {
            Place systemd = systemd("STATE_DIRECTORY", "");
            if (systemd != null) {
                return systemd;
            }
            return perUser ? xdg("XDG_STATE_HOME", ".local/state", "") : systemWide("/var/lib", "");
        }

        /** XDG names no default for this one. */
        @Nullable
        Place runtime() {
            return absoluteOnly("XDG_RUNTIME_DIR", OWN + "/" + SOCKET_NAME);
        }

        private Place xdg(String variable, String below, String name) {
            Place named = absoluteOnly(variable, OWN + "/" + name);
            return named == null ? new Place(home.resolve(below).resolve(OWN).resolve(name), DEFAULT) : named;
        }

        /** The XDG specification: a relative path in one of its variables is to be ignored. */
        private @Nullable Place absoluteOnly(String variable, String name) {
            Place place = environment(variable, name);
            return place != null && environment.getOrDefault(variable, "").startsWith("/") ? place : null;
        }

        /** systemd joins the directories of a unit with colons; the first is the one that the unit's author named first. */
        private @Nullable Place systemd(String variable, String name) {
            String value = environment.getOrDefault(variable, "");
            int colon = value.indexOf(':');
            String first = colon < 0 ? value : value.substring(0, colon);
            return first.isEmpty() ? null : place(variable, first, name);
        }

        @Nullable
        Place environment(String variable, String name) {
            String value = environment.get(variable);
            return value == null || value.isEmpty() ? null : place(variable, value, name);
        }

        private static Place place(String variable, String directory, String name) {
            return new Place(Path.of(directory).resolve(name).toAbsolutePath(), "environment " + variable);
        }
    }
}
