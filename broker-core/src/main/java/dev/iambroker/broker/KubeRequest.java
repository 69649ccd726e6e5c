package dev.iambroker.broker;

import dev.iambroker.client.Caller;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The exec plugin's wish: the kube token for a cluster.
 *
 * @param account the alias, null to find it by {@code server}
 * @param cluster id or name, null where the stanza names none
 * @param server {@code spec.cluster.server} of KUBERNETES_EXEC_INFO, null without {@code provideClusterInfo}
 * @param minTtl how long the token must still live
 * @param patience how long the client waits for IAM
 * @param caller the process that runs the plugin; null where it is not known
 */
public record KubeRequest(
        @Nullable String account,
        @Nullable String cluster,
        @Nullable String server,
        Duration minTtl,
        Duration patience,
        @Nullable Caller caller) {
    public KubeRequest(
            @Nullable String account,
            @Nullable String cluster,
            @Nullable String server,
            Duration minTtl,
            Duration patience) {
        this(account, cluster, server, minTtl, patience, null);
    }
}
