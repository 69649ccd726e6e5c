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
import dev.iambroker.token.Token;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What IBM's other services tell of a permitted account. Blocking; thread-safe. */
final class AccountServices {
    /** A listing asks for no fresher token than this: it is used at once. */
    private static final Duration LISTING_TTL = Duration.ofSeconds(30);

    private static final int UNAUTHORIZED = 401;

    private static final Logger log = LoggerFactory.getLogger(AccountServices.class);

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
        Presented presented = new Presented(account, TokenRequest.DEFAULT_WAIT);
        return calling(account, () -> presented.to((access, refresh) -> accountsApi.list(account, access)));
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
        long since = lists.era();
        Presented presented = new Presented(account, patience);
        List<Cluster> clusters =
                calling(account, () -> presented.to((access, refresh) -> clustersApi.list(account, access, refresh)));
        directory.learn(account, clusters);
        lists.keep(account, clusters, since);
        return clusters;
    }

    Cluster cluster(Account account, String idOrName) {
        return cluster(account, idOrName, new Presented(account, TokenRequest.DEFAULT_WAIT));
    }

    private Cluster cluster(Account account, String idOrName, Presented presented) {
        Demand.bound(account);
        demandUnambiguous(account.name(), idOrName);
        try {
            return presented.to((access, refresh) -> clustersApi.get(account, access, refresh, idOrName));
        } catch (ServiceFailure e) {
            throw Failures.ofCluster(account.name(), e);
        }
    }

    /** The cluster with its certificate authority, remembered. */
    KnownCluster access(Account account, String idOrName) {
        Demand.kubeFlow(account);
        Presented presented = new Presented(account, TokenRequest.DEFAULT_WAIT);
        Cluster cluster = cluster(account, idOrName, presented);
        String authority = calling(
                        account,
                        () -> presented.to((access, refresh) ->
                                new Authority(clustersApi.certificateAuthority(account, access, refresh, cluster))))
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

    /** What a service is asked with. */
    private interface Question<T> {
        T ask(Secret access, @Nullable Secret refresh);
    }

    /**
     * The account's tokens as one request of a client presents them. A service that answers 401 to a token that ought to
     * be good, as after a revocation, gets a new one, once for the whole request. Confined to its thread.
     */
    private final class Presented {
        private final Account account;
        private final Duration patience;
        private boolean isRenewed;

        Presented(Account account, Duration patience) {
            this.account = account;
            this.patience = patience;
        }

        <T> T to(Question<T> question) {
            Token token = access();
            try {
                return asked(question, token);
            } catch (ServiceFailure e) {
                Token next = e.status() == UNAUTHORIZED && !isRenewed ? renewed(token) : token;
                if (next.etag().equals(token.etag())) {
                    throw e;
                }
                return asked(question, next);
            }
        }

        private <T> T asked(Question<T> question, Token token) {
            return question.ask(token.value(), tokens.refreshToken(account.name()));
        }

        private Token access() {
            return having(() -> tokens.token(key(), LISTING_TTL, patience));
        }

        private Token renewed(Token refused) {
            isRenewed = true;
            Token newest = tokens.peek(key());
            if (newest != null && newest.etag().equals(refused.etag())) {
                log.info("the access token of {} is refused with 401: it is renewed", account.name());
                having(() -> {
                    tokens.renewUnlessTooYoung(key(), patience);
                    return refused;
                });
            }
            return access();
        }

        private TokenKey key() {
            return new TokenKey(account.name(), TokenKind.ACCESS);
        }

        private Token having(Supplier<Token> tokenOf) {
            try {
                return tokenOf.get();
            } catch (RenewalFailure e) {
                throw Failures.of(account, e);
            }
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
