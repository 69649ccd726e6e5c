package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClusterStore;
import dev.iambroker.account.ClustersApi;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.secret.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** For tests that name no cluster. */
final class NoClusters implements ClustersApi, ClusterStore {
    @Override
    public List<Cluster> list(Account account, Secret accessToken, @Nullable Secret refreshToken) {
        return List.of();
    }

    @Override
    public Cluster get(Account account, Secret accessToken, @Nullable Secret refreshToken, String idOrName) {
        throw new UnsupportedOperationException("no test here names a cluster");
    }

    @Override
    public @Nullable String certificateAuthority(
            Account account, Secret accessToken, @Nullable Secret refreshToken, Cluster cluster) {
        return null;
    }

    @Override
    public List<KnownCluster> load() {
        return List.of();
    }

    @Override
    public void save(AccountName account, List<KnownCluster> clusters) {}
}
