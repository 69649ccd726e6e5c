package dev.iambroker.server.iam;

import dev.iambroker.account.Account;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClustersApi;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.secret.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The containers service in the version of each account's generation. Thread-safe; borrows its connections. */
public final class HttpClustersApi implements ClustersApi {
    private static final String SERVICE = "containers service";

    private final CloudConnections connections;
    private final Sleeper sleeper;

    public HttpClustersApi(CloudConnections connections, Sleeper sleeper) {
        this.connections = connections;
        this.sleeper = sleeper;
    }

    @Override
    public List<Cluster> list(Account account, Secret accessToken, @Nullable Secret refreshToken) {
        return List.copyOf(dialect(account, accessToken, refreshToken).list());
    }

    @Override
    public Cluster get(Account account, Secret accessToken, @Nullable Secret refreshToken, String idOrName) {
        return dialect(account, accessToken, refreshToken).get(idOrName);
    }

    @Override
    public @Nullable String certificateAuthority(
            Account account, Secret accessToken, @Nullable Secret refreshToken, Cluster cluster) {
        byte[] kubeconfig = dialect(account, accessToken, refreshToken).kubeconfig(cluster);
        String authority = KubeconfigCa.find(kubeconfig);
        if (authority == null && !cluster.isOpenShift()) {
            throw new ServiceFailure(
                    "the " + SERVICE + " sent a kubeconfig of cluster " + cluster.id()
                            + " that holds no certificate authority, or one that cannot be read as PEM",
                    ServiceFailure.NO_STATUS,
                    null,
                    "check a proxy in between, or refresh the cluster's master");
        }
        return authority;
    }

    private ContainersDialect dialect(Account account, Secret accessToken, @Nullable Secret refreshToken) {
        CloudConnection connection = connections.known(account);
        CloudProfile cloud = connection.profile();
        ServiceCalls calls = new ServiceCalls(SERVICE, connection.exchange(), redactorOf(accessToken, refreshToken));
        return switch (cloud.cloud()) {
            case IBM_CLOUD, IBM_CLOUD_PRIVATE -> new ContainersV2(calls, cloud.containers(), accessToken, sleeper);
            case BLUEMIX_2019, BLUEMIX_2017 -> new ContainersV1(calls, cloud, accessToken, refreshToken);
        };
    }

    private static Redactor redactorOf(Secret accessToken, @Nullable Secret refreshToken) {
        return new Redactor(refreshToken == null ? List.of(accessToken) : List.of(accessToken, refreshToken));
    }
}
