package dev.iambroker.server.config;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where the broker listens.
 *
 * @param http null: no TCP for clients at all
 * @param metrics null: no listener of its own for health and metrics
 */
public record Listen(
        Unix unix, @Nullable Http http, @Nullable Metrics metrics) {
    /**
     * The main socket.
     *
     * @param mode of the socket; its directory is 0700, or 0750 with {@code group}
     * @param group that owns socket and directory; null leaves them to the daemon's own
     */
    public record Unix(Path path, FileMode mode, @Nullable Group group) {
        /** Only the daemon's own user, and root. */
        public static final FileMode DEFAULT_MODE = new FileMode(0600);

        /** What fits into {@code sun_path}, in bytes, without the closing zero. */
        static final int MAX_PATH_BYTES = 107;
    }

    /**
     * The way in for clients with a secret. The address is always a loopback one.
     *
     * @param address its port may be 0: any free one
     * @param open the routes that need no secret
     */
    public record Http(InetSocketAddress address, Set<OpenRoute> open) {
        public Http {
            if (!address.getAddress().isLoopbackAddress()) {
                throw new IllegalArgumentException("clients are served on loopback addresses only");
            }
            open = Set.copyOf(open);
        }
    }

    /**
     * Health and metrics and nothing else; any address.
     *
     * @param hosts names that a {@code Host} header may carry beside the address itself, in lower case
     */
    public record Metrics(InetSocketAddress address, List<String> hosts) {
        public Metrics {
            hosts = List.copyOf(hosts);
        }
    }

    /** A group of the system. */
    public record Group(String name, int gid) {}

    /** A route that may be left open to callers without a secret. */
    public enum OpenRoute {
        LIVEZ("livez"),
        READYZ("readyz"),
        METRICS("metrics");

        private final String word;

        OpenRoute(String word) {
            this.word = word;
        }

        /** The word of the configuration, and the path without its slash. */
        public String word() {
            return word;
        }
    }
}
