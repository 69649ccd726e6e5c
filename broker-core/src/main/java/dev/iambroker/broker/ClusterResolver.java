package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Action;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.Time;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which account and cluster a client means, when it names a cluster by another name than its rule, or only by the
 * address of its API server. Thread-safe.
 */
final class ClusterResolver {
    private static final Logger log = LoggerFactory.getLogger(ClusterResolver.class);

    private static final Duration TYPES_KEPT = Duration.ofMinutes(1);

    /** Long enough for a containers service that works. */
    private static final Duration LOOK_AT_TYPE = Duration.ofSeconds(2);

    private final Gate gate;
    private final TokenService tokens;
    private final ClusterDirectory directory;
    private final ClusterSearch search;
    private final Time time;

    /** When the clusters of an account were last listed to learn of what type one of them is. */
    private final Map<AccountName, Long> typesAskedNanos = new ConcurrentHashMap<>();

    ClusterResolver(Gate gate, TokenService tokens, ClusterDirectory directory, ClusterSearch search, Time time) {
        this.gate = gate;
        this.tokens = tokens;
        this.directory = directory;
        this.search = search;
        this.time = time;
    }

    /**
     * Whether only a cluster's other name could give the right: a rule may say the name where the client says the id,
     * and nobody has seen the two together yet.
     */
    boolean isUndecided(ClientIdentity client, TokenRequest request) {
        String cluster = request.cluster();
        if (cluster == null || request.kind() != TokenKind.KUBE || !AccountName.isValid(request.account())) {
            return false;
        }
        AccountName name = new AccountName(request.account());
        if (!canHaveClusters(client, name) || !directory.named(name, cluster).isEmpty()) {
            return false;
        }
        Action action = new Action(Verb.KUBE, name.value(), Set.of(cluster));
        return !gate.allows(client, action);
    }

    void learnNames(ClientIdentity client, TokenRequest request) {
        String cluster = request.cluster();
        if (cluster != null && isUndecided(client, request)) {
            AccountName name = new AccountName(request.account());
            search.until(() -> !directory.named(name, cluster).isEmpty(), List.of(name), request.patience());
        }
    }

    /**
     * Whether it is worth a look of what type the named cluster is: nobody has seen it yet, and nobody has looked lately.
     * Whoever makes cluster names up must not send the broker to the containers service each time.
     */
    boolean isTypeUnknown(TokenRequest request) {
        String cluster = request.cluster();
        if (cluster == null || request.kind() != TokenKind.KUBE || !AccountName.isValid(request.account())) {
            return false;
        }
        AccountName name = new AccountName(request.account());
        Long asked = typesAskedNanos.get(name);
        boolean askedLately = asked != null && time.nanos() - asked < TYPES_KEPT.toNanos();
        return !askedLately && directory.named(name, cluster).isEmpty();
    }

    /**
     * Lists the clusters of {@code account} where that is worth a look. One that stays unknown is taken for a Kubernetes
     * cluster, whose token needs no look: a containers service that is down must not keep anybody from it.
     */
    void learnType(Account account, TokenRequest request) {
        if (!isTypeUnknown(request) || account.accountId() == null) {
            return;
        }
        AccountName name = account.name();
        String cluster = String.valueOf(request.cluster());
        typesAskedNanos.put(name, time.nanos());
        Duration patience = request.patience().compareTo(LOOK_AT_TYPE) < 0 ? request.patience() : LOOK_AT_TYPE;
        try {
            search.until(() -> !directory.named(name, cluster).isEmpty(), List.of(name), patience);
        } catch (BrokerFailure e) {
            log.debug("of what type a cluster of {} is was not learnt: {}", name, e.getMessage());
        }
    }

    /** Which account and cluster a plugin means; null where the server is not known yet. */
    @Nullable
    TokenRequest resolved(ClientIdentity client, KubeRequest request) {
        String server = request.server();
        String account = request.account();
        if (server == null) {
            if (account == null) {
                throw new BrokerFailure.BadRequest(
                        "neither an account nor a cluster's server: pass --account, or set provideClusterInfo: true"
                                + " in the kubeconfig's exec stanza",
                        About.NOTHING);
            }
            return kubeToken(account, request.cluster(), request);
        }
        if (account == null) {
            gate.demandKubeOfSomeAccount(client);
        } else {
            gate.demandSomeCluster(client, account);
        }
        return atServer(client, request, configuredAt(server));
    }

    /** Whether the server that {@code request} names is still one of the account and cluster that were found by it. */
    boolean stillMeans(KubeRequest request, TokenRequest resolved) {
        String server = request.server();
        return server == null
                || configuredAt(server).stream()
                        .anyMatch(known -> known.account().value().equals(resolved.account())
                                && known.cluster().id().equals(resolved.cluster()));
    }

    /** Lists the clusters of the accounts in question once. */
    void learnClusters(ClientIdentity client, KubeRequest request, Duration patience) {
        String server = String.valueOf(request.server());
        search.until(() -> !configuredAt(server).isEmpty(), candidates(client, request), patience);
    }

    /** What is kept of an alias that is no longer configured must not stand before the one that took its place. */
    private List<KnownCluster> configuredAt(String server) {
        return directory.at(server).stream()
                .filter(known -> tokens.isConfigured(known.account()))
                .toList();
    }

    private @Nullable TokenRequest atServer(ClientIdentity client, KubeRequest request, List<KnownCluster> known) {
        List<KnownCluster> meant =
                known.stream().filter(each -> isMeant(client, request, each)).toList();
        if (!meant.isEmpty()) {
            KnownCluster cluster = servedBest(meant);
            return kubeToken(cluster.account().value(), cluster.cluster().id(), request);
        }
        if (known.isEmpty() || request.account() == null) {
            return null;
        }
        throw foreignServer(client, request, request.account(), known);
    }

    /** Several accounts may reach one cluster; one that needs a login must not hide one that does not. */
    private KnownCluster servedBest(List<KnownCluster> meant) {
        if (meant.size() == 1) {
            return meant.getFirst();
        }
        return meant.stream()
                .filter(each -> tokens.isConfigured(each.account())
                        && tokens.peek(new TokenKey(each.account(), TokenKind.ACCESS)) != null)
                .findFirst()
                .orElse(meant.getFirst());
    }

    private boolean isMeant(ClientIdentity client, KubeRequest request, KnownCluster known) {
        String account = request.account();
        String cluster = request.cluster();
        boolean accountFits = account == null || account.equals(known.account().value());
        boolean clusterFits = cluster == null
                || cluster.equals(known.cluster().id())
                || cluster.equals(known.cluster().name());
        return accountFits && clusterFits && mayHave(client, known);
    }

    private boolean mayHave(ClientIdentity client, KnownCluster known) {
        Set<String> names = Set.of(known.cluster().id(), known.cluster().name());
        return gate.allows(client, new Action(Verb.KUBE, known.account().value(), names));
    }

    private BrokerFailure foreignServer(
            ClientIdentity client, KubeRequest request, String named, List<KnownCluster> known) {
        return new BrokerFailure.Denied(
                "the kubeconfig's server is " + owner(client, named, known)
                        + ": a token would go astray; write the kubeconfig anew with '"
                        + Failures.anew(named, request.cluster()) + "'",
                About.NOTHING);
    }

    private String owner(ClientIdentity client, String named, List<KnownCluster> known) {
        if (known.stream().anyMatch(each -> each.account().value().equals(named))) {
            return "another cluster than the one that it names";
        }
        AccountName actual = known.getFirst().account();
        return gate.mayUse(client, Verb.LIST, actual.value())
                ? "a cluster of account \"" + actual + "\", not of the account that it names"
                : "a cluster of another account than the one that it names";
    }

    private List<AccountName> candidates(ClientIdentity client, KubeRequest request) {
        List<AccountName> candidates = new ArrayList<>();
        for (AccountName name : tokens.names()) {
            boolean named = request.account() == null || request.account().equals(name.value());
            if (named && canHaveClusters(client, name)) {
                candidates.add(name);
            }
        }
        return candidates;
    }

    private boolean canHaveClusters(ClientIdentity client, AccountName name) {
        if (!tokens.isConfigured(name) || !gate.mayUse(client, Verb.KUBE, name.value())) {
            return false;
        }
        Account account = tokens.account(name);
        return account.accountId() != null && account.cloud().hasKubeFlow();
    }

    private static TokenRequest kubeToken(String account, @Nullable String cluster, KubeRequest request) {
        return new TokenRequest(account, TokenKind.KUBE, cluster, request.minTtl(), request.patience());
    }
}
