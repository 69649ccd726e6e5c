package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountsApi;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClustersApi;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.secret.Secret;
import dev.iambroker.token.RenewalFailure;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What IBM's other services tell of a permitted account. Blocking; thread-safe. */
final class AccountServices {
    /** A listing asks for no fresher token than this: it is used at once. */
    private static final Duration LISTING_TTL = Duration.ofSeconds(30);

    private final TokenService tokens;
    private final AccountsApi accountsApi;
    private final ClustersApi clustersApi;
    private final ClusterDirectory directory;
    private final ClusterLists lists;

    AccountServices(
            TokenService tokens,
            AccountsApi accountsApi,
            ClustersApi clustersApi,
            ClusterDirectory directory,
            ClusterLists lists) {
        this.tokens = tokens;
        this.accountsApi = accountsApi;
        this.clustersApi = clustersApi;
        this.directory = directory;
        this.lists = lists;
    }

    List<IbmAccount> ibmAccounts(Account account) {
        Secret access = accessToken(account, TokenRequest.DEFAULT_WAIT);
        return calling(account, () -> accountsApi.list(account, access));
    }

    /** The account's clusters as they were listed within {@link ClusterLists#AGE}, or else now. */
    List<Cluster> clustersOfLate(Account account) {
        Demand.bound(account);
        List<Cluster> lately = lists.of(account);
        return lately == null ? clusters(account, TokenRequest.DEFAULT_WAIT) : lately;
    }

    /** Lists the account's clusters and remembers them. */
    List<Cluster> clusters(Account account, Duration patience) {
        Demand.bound(account);
        Secret access = accessToken(account, patience);
        Secret refresh = tokens.refreshToken(account.name());
        List<Cluster> clusters = calling(account, () -> clustersApi.list(account, access, refresh));
        directory.learn(account, clusters);
        lists.keep(account, clusters);
        return clusters;
    }

    Cluster cluster(Account account, String idOrName) {
        Demand.bound(account);
        demandUnambiguous(account.name(), idOrName);
        Secret access = accessToken(account, TokenRequest.DEFAULT_WAIT);
        Secret refresh = tokens.refreshToken(account.name());
        try {
            return clustersApi.get(account, access, refresh, idOrName);
        } catch (ServiceFailure e) {
            throw Failures.ofCluster(account.name(), e);
        }
    }

    /** The cluster with its certificate authority, remembered. */
    KnownCluster access(Account account, String idOrName) {
        Demand.kubeFlow(account);
        Cluster cluster = cluster(account, idOrName);
        Secret access = accessToken(account, TokenRequest.DEFAULT_WAIT);
        Secret refresh = tokens.refreshToken(account.name());
        String authority = calling(
                        account,
                        () -> new Authority(clustersApi.certificateAuthority(account, access, refresh, cluster)))
                .pem();
        KnownCluster known = new KnownCluster(account.name(), account.accountId(), cluster, authority);
        directory.learn(known);
        return known;
    }

    private record Authority(@Nullable String pem) {}

    /** For what is opened for one cluster: that there is none of the kind would show only when it is used. */
    void demandThere(Account account, String idOrName) {
        if (directory.named(account.name(), idOrName).isEmpty()) {
            List<Cluster> clusters = clusters(account, TokenRequest.DEFAULT_WAIT);
            if (directory.named(account.name(), idOrName).isEmpty()) {
                throw Failures.unknownCluster(account.name(), idOrName, clusters);
            }
        }
        demandUnambiguous(account.name(), idOrName);
    }

    /** The OpenShift cluster of that id or name; null where it is of another type, or nobody has seen it yet. */
    @Nullable
    Cluster openShift(AccountName account, String idOrName) {
        demandUnambiguous(account, idOrName);
        List<KnownCluster> known = directory.named(account, idOrName);
        Cluster cluster = known.isEmpty() ? null : known.getFirst().cluster();
        return cluster != null && cluster.isOpenShift() ? cluster : null;
    }

    private void demandUnambiguous(AccountName account, String idOrName) {
        List<KnownCluster> known = directory.named(account, idOrName);
        if (known.size() > 1) {
            String ids =
                    String.join(", ", known.stream().map(k -> k.cluster().id()).toList());
            throw new BrokerFailure.Conflict(
                    BrokerFailure.Conflict.Kind.AMBIGUOUS_CLUSTER,
                    "several clusters of account \"" + account + "\" have this name: use one of the ids " + ids,
                    About.account(account));
        }
    }

    private Secret accessToken(Account account, Duration patience) {
        try {
            return tokens.token(new TokenKey(account.name(), TokenKind.ACCESS), LISTING_TTL, patience)
                    .value();
        } catch (RenewalFailure e) {
            throw Failures.of(account, e);
        }
    }

    private static <T> T calling(Account account, Supplier<T> call) {
        try {
            return call.get();
        } catch (ServiceFailure e) {
            throw Failures.of(account.name(), e);
        }
    }
}
