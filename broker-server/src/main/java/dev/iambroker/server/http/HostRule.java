package dev.iambroker.server.http;

import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Which Host headers are ours. Anything else over TCP is a name that somebody else resolved to this address. */
final class HostRule {
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final Set<String> hosts;

    /** @param more allowed beside the loopback names, without port, IPv6 addresses in brackets */
    HostRule(Set<String> more) {
        Set<String> all = new HashSet<>(LOOPBACK);
        more.forEach(host -> all.add(host.toLowerCase(Locale.ROOT)));
        this.hosts = Set.copyOf(all);
    }

    /**
     * Whether {@code host} is an allowed name, with no port or with {@code port}.
     *
     * @param address at which the request came in, which no name server can make of another; empty for none
     */
    boolean allows(String host, int port, String address) {
        String lower = host.toLowerCase(Locale.ROOT);
        String suffix = ":" + port;
        boolean hasPort = lower.endsWith(suffix);
        String name = hasPort ? lower.substring(0, lower.length() - suffix.length()) : lower;
        return hosts.contains(name) || (!name.isEmpty() && name.equals(address));
    }
}
