package dev.iambroker.server;

import dev.iambroker.account.AccountName;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Action;
import dev.iambroker.policy.Decision;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Verb;
import dev.iambroker.server.cli.ConfigReport.FileClient;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ClientConfig;
import dev.iambroker.server.config.Listen;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What a configuration says of the way in for programs that speak no Unix sockets. */
final class LoopbackClients {
    private LoopbackClients() {}

    /** Null where the port is any free one too: only the daemon knows it then. */
    static @Nullable String url(BrokerConfig config) {
        Listen.Http http = config.listen().http();
        if (http == null || http.address().getPort() == 0) {
            return null;
        }
        InetSocketAddress address = http.address();
        // The only loopback address of IPv6, in the form that every program takes in a Host header.
        String host = address.getAddress() instanceof Inet6Address
                ? "[::1]"
                : address.getAddress().getHostAddress();
        return "http://" + host + ":" + address.getPort();
    }

    /** By the policy itself: a rule before theirs, an end, or a condition on a process may decide otherwise. */
    static List<FileClient> of(BrokerConfig config) {
        Policy policy = LiveSettings.policy(config, Instant::now);
        List<FileClient> clients = new ArrayList<>();
        for (ClientConfig client : config.clients()) {
            Path file = client.secretFile();
            if (file != null) {
                String name = client.rule().name();
                clients.add(new FileClient(name, file, accounts(config, policy, name)));
            }
        }
        return clients;
    }

    private static Set<String> accounts(BrokerConfig config, Policy policy, String client) {
        ClientIdentity identity = ClientIdentity.ofSecret(Set.of(client));
        return LiveSettings.names(config).stream()
                .map(AccountName::value)
                .filter(name -> policy.decide(identity, Action.on(Verb.ACCESS, name)) instanceof Decision.Allow)
                .collect(Collectors.toSet());
    }
}
