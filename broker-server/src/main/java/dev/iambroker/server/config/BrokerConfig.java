package dev.iambroker.server.config;

import dev.iambroker.account.Cloud;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole configuration, checked and complete: every default is filled in, every path is absolute. Immutable and
 * thread-safe. Two configurations are equal where they say the same, wherever it was written.
 *
 * @param file the file it was read from
 * @param cloud what accounts speak that name no cloud of their own
 * @param endpoints what accounts use that name no endpoints of their own
 * @param accounts in the order of the file
 * @param clients in the order of the file, which is the order of the policy
 * @param sinks in the order of the file, no two with the same path
 */
public record BrokerConfig(
        Path file,
        Cloud cloud,
        Endpoints endpoints,
        List<AccountConfig> accounts,
        RefreshSettings refresh,
        KubeSettings kube,
        Listen listen,
        List<ClientConfig> clients,
        List<SinkConfig> sinks,
        StateSettings state,
        AuditSettings audit,
        LogSettings log) {
    public BrokerConfig {
        accounts = List.copyOf(accounts);
        clients = List.copyOf(clients);
        sinks = List.copyOf(sinks);
    }

    /**
     * The audit log.
     *
     * @param file where records are appended; null where no audit log is kept
     * @param isRequired whether nothing may be handed out without its record; then there is a file
     */
    public record AuditSettings(@Nullable Path file, boolean isRequired) {}
}
