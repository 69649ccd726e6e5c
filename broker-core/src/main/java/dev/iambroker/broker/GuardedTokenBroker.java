package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.AccountsApi;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClusterStore;
import dev.iambroker.account.ClustersApi;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.account.Login;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.AuditLog;
import dev.iambroker.policy.Action;
import dev.iambroker.policy.Decision;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Verb;
import dev.iambroker.secret.Secret;
import dev.iambroker.token.RenewalFailure;
import dev.iambroker.token.Time;
import dev.iambroker.token.Token;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The front door in front of the tokens: decides, puts on record, then serves. Thread-safe. */
public final class GuardedTokenBroker implements TokenBroker {
    /** A listing that only finds out which account a server belongs to asks for no fresher token than this. */
    private static final Duration LISTING_TTL = Duration.ofSeconds(30);

    private final Policy policy;
    private final TokenService tokens;
    private final AccountsApi accountsApi;
    private final ClustersApi clustersApi;
    private final ClusterDirectory directory;
    private final ClusterSearch search;
    private final AuditLog audit;
    private final Time time;
    private final Duration kubeExpiryMargin;

    /**
     * @param executor lists clusters; that blocks on IAM and on the containers service
     * @param kubeExpiryMargin how much earlier than its end a kube credential says that it ends
     */
    public GuardedTokenBroker(
            Policy policy,
            TokenService tokens,
            AccountsApi accountsApi,
            ClustersApi clustersApi,
            ClusterStore clusters,
            AuditLog audit,
            Time time,
            Executor executor,
            Duration kubeExpiryMargin) {
        this.policy = policy;
        this.tokens = tokens;
        this.accountsApi = accountsApi;
        this.clustersApi = clustersApi;
        this.directory = new ClusterDirectory(clusters);
        this.search = new ClusterSearch(executor, name -> list(tokens.account(name), TokenRequest.DEFAULT_WAIT));
        this.audit = audit;
        this.time = time;
        this.kubeExpiryMargin = kubeExpiryMargin;
    }

    @Override
    public @Nullable TokenGrant tokenNow(ClientIdentity client, TokenRequest request) {
        if (isUndecided(client, request)) {
            return null;
        }
        Account account = permitted(client, request);
        return immediate(client, account, request);
    }

    @Override
    public TokenGrant token(ClientIdentity client, TokenRequest request) {
        long end = time.nanos() + request.patience().toNanos();
        learnNames(client, request);
        Account account = permitted(client, request);
        return fetched(client, account, request.withPatience(left(end)));
    }

    /**
     * Whether only a cluster's other name could give the right: a rule may say the name where the client says the id,
     * and nobody has seen the two together yet.
     */
    private boolean isUndecided(ClientIdentity client, TokenRequest request) {
        String cluster = request.cluster();
        if (cluster == null || request.kind() != TokenKind.KUBE || !AccountName.isValid(request.account())) {
            return false;
        }
        AccountName name = new AccountName(request.account());
        if (!canHaveClusters(client, name) || !directory.named(name, cluster).isEmpty()) {
            return false;
        }
        Action action = new Action(Verb.KUBE, name.value(), Set.of(cluster));
        return policy.decide(client, action) instanceof Decision.Deny;
    }

    private void learnNames(ClientIdentity client, TokenRequest request) {
        String cluster = request.cluster();
        if (cluster != null && isUndecided(client, request)) {
            AccountName name = new AccountName(request.account());
            search.until(() -> !directory.named(name, cluster).isEmpty(), List.of(name), request.patience());
        }
    }

    private Account permitted(ClientIdentity client, TokenRequest request) {
        Verb verb = Verb.of(request.kind());
        String cluster = request.cluster();
        Account account = permit(client, verb, request.account(), cluster);
        demandKind(account, request.kind());
        if (request.kind() == TokenKind.KUBE && cluster != null) {
            demandKubernetes(account.name(), cluster);
        }
        return account;
    }

    private @Nullable TokenGrant immediate(ClientIdentity client, Account account, TokenRequest request) {
        TokenKey key = new TokenKey(account.name(), request.kind());
        try {
            Token token = tokens.immediate(key, request.minTtl());
            return token == null ? null : handOut(client, token, request.cluster());
        } catch (RenewalFailure e) {
            throw Failures.of(account, e);
        }
    }

    private TokenGrant fetched(ClientIdentity client, Account account, TokenRequest request) {
        TokenKey key = new TokenKey(account.name(), request.kind());
        try {
            Token token = tokens.token(key, request.minTtl(), request.patience());
            return handOut(client, token, request.cluster());
        } catch (RenewalFailure e) {
            throw Failures.of(account, e);
        }
    }

    private TokenGrant handOut(ClientIdentity client, Token token, @Nullable String cluster) {
        String etag = token.etag();
        AccountName account = token.key().account();
        TokenKind kind = token.key().kind();
        String at = NameOnRecord.ofNullable(cluster);
        audit.record(new AuditEvent(
                time.now(), client, kind.word(), account.value(), at, true, policy.nameOf(client), etag));
        return new TokenGrant(account, kind, token.value(), token.scope(), token.expiresAt(), token.left(time), etag);
    }

    @Override
    public @Nullable TokenGrant watch(
            ClientIdentity client, TokenRequest request, @Nullable String after, Duration patience) {
        Account account = permitted(client, request);
        if (after == null) {
            return fetched(client, account, request);
        }
        Token token = tokens.next(new TokenKey(account.name(), request.kind()), after, patience);
        return token == null ? null : handOut(client, token, request.cluster());
    }

    @Override
    public @Nullable KubeCredential kubeCredentialNow(ClientIdentity client, KubeRequest request) {
        TokenRequest resolved = resolved(client, request);
        if (resolved == null) {
            return null;
        }
        TokenGrant grant = tokenNow(client, resolved);
        return grant == null ? null : credential(grant);
    }

    @Override
    public KubeCredential kubeCredential(ClientIdentity client, KubeRequest request) {
        long end = time.nanos() + request.patience().toNanos();
        TokenRequest resolved = resolved(client, request);
        if (resolved == null) {
            learnClusters(client, request, end);
            resolved = resolved(client, request);
        }
        if (resolved == null) {
            throw unknownServer();
        }
        return credential(token(client, kubeToken(resolved.account(), resolved.cluster(), left(end))));
    }

    private KubeCredential credential(TokenGrant grant) {
        return new KubeCredential(
                grant, grant.expiresAt().minus(kubeExpiryMargin).truncatedTo(ChronoUnit.SECONDS));
    }

    /** Which account and cluster a plugin means; null where the server is not known yet. */
    private @Nullable TokenRequest resolved(ClientIdentity client, KubeRequest request) {
        String server = request.server();
        String account = request.account();
        if (server == null) {
            if (account == null) {
                throw new BrokerFailure.BadRequest(
                        "neither an account nor a cluster's server: pass --account, or set provideClusterInfo: true"
                                + " in the kubeconfig's exec stanza",
                        About.NOTHING);
            }
            return kubeToken(account, request.cluster(), request.patience());
        }
        if (account != null) {
            demandSomeCluster(client, account);
        }
        return atServer(client, request, configuredAt(server));
    }

    /** What is kept of an alias that is no longer configured must not stand before the one that took its place. */
    private List<KnownCluster> configuredAt(String server) {
        return directory.at(server).stream()
                .filter(known -> tokens.isConfigured(known.account()))
                .toList();
    }

    /** Which cluster it is decides the server's address; a right on none of the account's clusters decides now. */
    private void demandSomeCluster(ClientIdentity client, String account) {
        if (!policy.mayUse(client, Verb.KUBE, account)) {
            permit(client, Verb.KUBE, account, null);
        }
        if (!AccountName.isValid(account) || !tokens.isConfigured(new AccountName(account))) {
            throw Failures.unknownAccount();
        }
    }

    private @Nullable TokenRequest atServer(ClientIdentity client, KubeRequest request, List<KnownCluster> known) {
        List<KnownCluster> meant =
                known.stream().filter(each -> isMeant(client, request, each)).toList();
        if (!meant.isEmpty()) {
            KnownCluster cluster = servedBest(meant);
            return kubeToken(cluster.account().value(), cluster.cluster().id(), request.patience());
        }
        if (known.isEmpty() || request.account() == null) {
            return null;
        }
        throw foreignServer(client, request.account(), known);
    }

    /** Several accounts may reach one cluster; one that needs a login must not hide one that does not. */
    private KnownCluster servedBest(List<KnownCluster> meant) {
        if (meant.size() == 1) {
            return meant.getFirst();
        }
        return meant.stream()
                .filter(each -> tokens.isConfigured(each.account()) && hasToken(each.account()))
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
        return policy.decide(client, new Action(Verb.KUBE, known.account().value(), names)) instanceof Decision.Allow;
    }

    private BrokerFailure foreignServer(ClientIdentity client, String named, List<KnownCluster> known) {
        return new BrokerFailure.Denied(
                "the kubeconfig's server is " + owner(client, named, known)
                        + ": a token would go astray; write the kubeconfig anew with 'iam-broker kubeconfig'",
                About.NOTHING);
    }

    private String owner(ClientIdentity client, String named, List<KnownCluster> known) {
        if (known.stream().anyMatch(each -> each.account().value().equals(named))) {
            return "another cluster than the one that it names";
        }
        AccountName actual = known.getFirst().account();
        return mayList(client, actual.value())
                ? "a cluster of account \"" + actual + "\", not of the account that it names"
                : "a cluster of another account than the one that it names";
    }

    private static BrokerFailure unknownServer() {
        return new BrokerFailure.Unknown(
                "no cluster of the accounts that this client may use answers at the kubeconfig's server;"
                        + " 'iam-broker clusters ACCOUNT' lists them",
                About.NOTHING);
    }

    /** Lists the clusters of the accounts in question once. */
    private void learnClusters(ClientIdentity client, KubeRequest request, long end) {
        String server = String.valueOf(request.server());
        search.until(() -> !configuredAt(server).isEmpty(), candidates(client, request), left(end));
    }

    private Duration left(long end) {
        return Duration.ofNanos(Math.max(0, end - time.nanos()));
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
        if (!tokens.isConfigured(name) || !policy.mayUse(client, Verb.KUBE, name.value())) {
            return false;
        }
        Account account = tokens.account(name);
        return account.accountId() != null && account.cloud().hasKubeFlow();
    }

    private static TokenRequest kubeToken(String account, @Nullable String cluster, Duration patience) {
        return new TokenRequest(account, TokenKind.KUBE, cluster, TokenRequest.DEFAULT_MIN_TTL, patience);
    }

    @Override
    public List<AccountView> accounts(ClientIdentity client) {
        return tokens.names().stream()
                .filter(name -> mayList(client, name.value()))
                .map(this::view)
                .toList();
    }

    @Override
    public AccountView account(ClientIdentity client, String account) {
        return view(permit(client, Verb.LIST, account, null).name());
    }

    private AccountView view(AccountName name) {
        return AccountViews.of(tokens, name, time);
    }

    @Override
    public AccountView login(ClientIdentity client, String name, LoginAttempt attempt) {
        Account account = administered(client, name, "login");
        demandOwnSession(account);
        try {
            logIn(account, attempt);
        } catch (RenewalFailure e) {
            throw Failures.ofLogin(account, e);
        }
        return view(account.name());
    }

    private void logIn(Account account, LoginAttempt attempt) {
        demandSuits(account, attempt);
        AccountName name = account.name();
        switch (attempt) {
            case LoginAttempt.Configured a -> tokens.login(name);
            case LoginAttempt.Passcode a -> tokens.loginByPasscode(name, a.passcode());
            case LoginAttempt.Password a -> tokens.loginByPassword(name, a.username(), a.password());
            case LoginAttempt.ApiKey a -> tokens.loginByApiKey(name, a.apiKey());
            case LoginAttempt.RefreshToken a -> tokens.loginByRefreshToken(name, a.refreshToken());
        }
    }

    /** A credential that the account could not go on with would look like a login and end with its first token. */
    private static void demandSuits(Account account, LoginAttempt attempt) {
        boolean configured = attempt instanceof LoginAttempt.Configured;
        if (configured && account.login() instanceof Login.Passcode) {
            throw new BrokerFailure.BadRequest(
                    "account \"" + account.name() + "\" logs in by a passcode, and none was given",
                    About.account(account.name()).withHint("iam-broker login " + account.name() + " --passcode"));
        }
        boolean keepsSession =
                !(account.login() instanceof Login.ApiKey) && !(account.login() instanceof Login.ComputeResource);
        boolean byKey = account.login() instanceof Login.ApiKey && attempt instanceof LoginAttempt.ApiKey;
        if (!configured && !keepsSession && !byKey) {
            throw new BrokerFailure.BadRequest(
                    "account \"" + account.name() + "\" is configured to log in by "
                            + account.login().word() + ": correct that credential and run login without options",
                    About.account(account.name()).withHint("iam-broker login " + account.name()));
        }
    }

    @Override
    public AccountView logout(ClientIdentity client, String name) {
        Account account = administered(client, name, "logout");
        demandOwnSession(account);
        tokens.logout(account.name());
        return view(account.name());
    }

    @Override
    public AccountView refresh(ClientIdentity client, String name) {
        Account account = administered(client, name, "refresh");
        try {
            tokens.refresh(account.name(), TokenRequest.DEFAULT_WAIT);
        } catch (RenewalFailure e) {
            throw Failures.of(account, e);
        }
        return view(account.name());
    }

    @Override
    public AccountView purge(ClientIdentity client, String name) {
        Account account = administered(client, name, "purge");
        tokens.purge(account.name());
        return view(account.name());
    }

    private Account administered(ClientIdentity client, String name, String what) {
        Account account = permit(client, Verb.ADMIN, name, null);
        audit.record(new AuditEvent(
                time.now(), client, what, account.name().value(), null, true, policy.nameOf(client), null));
        return account;
    }

    private static void demandOwnSession(Account account) {
        if (account.login() instanceof Login.Shared shared) {
            throw new BrokerFailure.BadRequest(
                    "account \"" + account.name() + "\" uses the login of \"" + shared.owner()
                            + "\": log that one in or out",
                    About.account(account.name()).withHint("iam-broker login " + shared.owner()));
        }
    }

    @Override
    public List<IbmAccount> ibmAccounts(ClientIdentity client, String name) {
        Account account = permit(client, Verb.LIST, name, null);
        Secret access = accessToken(account, TokenRequest.DEFAULT_WAIT);
        return calling(account, () -> accountsApi.list(account, access));
    }

    @Override
    public List<Cluster> clusters(ClientIdentity client, String name) {
        return list(permit(client, Verb.LIST, name, null), TokenRequest.DEFAULT_WAIT);
    }

    private List<Cluster> list(Account account, Duration patience) {
        demandBound(account);
        Secret access = accessToken(account, patience);
        Secret refresh = tokens.refreshToken(account.name());
        List<Cluster> clusters = calling(account, () -> clustersApi.list(account, access, refresh));
        directory.learn(account.name(), clusters);
        return clusters;
    }

    @Override
    public Cluster cluster(ClientIdentity client, String name, String idOrName) {
        Account account = permit(client, Verb.LIST, name, null);
        return fetchCluster(account, idOrName);
    }

    private Cluster fetchCluster(Account account, String idOrName) {
        demandBound(account);
        demandUnambiguous(account.name(), idOrName);
        Secret access = accessToken(account, TokenRequest.DEFAULT_WAIT);
        Secret refresh = tokens.refreshToken(account.name());
        try {
            return clustersApi.get(account, access, refresh, idOrName);
        } catch (ServiceFailure e) {
            throw Failures.ofCluster(account.name(), e);
        }
    }

    @Override
    public KnownCluster clusterAccess(ClientIdentity client, String name, String idOrName) {
        Account account = permit(client, Verb.LIST, name, null);
        demandKubeFlow(account);
        Cluster cluster = fetchCluster(account, idOrName);
        Secret access = accessToken(account, TokenRequest.DEFAULT_WAIT);
        Secret refresh = tokens.refreshToken(account.name());
        String authority = calling(
                        account,
                        () -> new Authority(clustersApi.certificateAuthority(account, access, refresh, cluster)))
                .pem();
        KnownCluster known = new KnownCluster(account.name(), cluster, authority);
        directory.learn(known);
        return known;
    }

    private record Authority(@Nullable String pem) {}

    @Override
    public Readiness readiness() {
        return new Readiness(
                tokens.names().stream().filter(name -> !isReady(name)).toList());
    }

    /** An account that is not meant to serve, or that nobody ever logged in, does not make the broker unready. */
    private boolean isReady(AccountName name) {
        var status = tokens.status(name);
        boolean expectedToServe = status.state() != AccountState.DISABLED
                && status.state() != AccountState.LOCKED
                && status.loggedInBefore();
        return !expectedToServe || hasToken(name);
    }

    @Override
    public Readiness readiness(ClientIdentity client, String name) {
        Account account = permit(client, Verb.LIST, name, null);
        boolean ready = hasToken(account.name());
        return new Readiness(ready ? List.of() : List.of(account.name()));
    }

    private boolean hasToken(AccountName name) {
        return tokens.peek(new TokenKey(name, TokenKind.ACCESS)) != null;
    }

    @Override
    public boolean mayList(ClientIdentity client, String account) {
        return policy.mayUse(client, Verb.LIST, account);
    }

    @Override
    public String nameOf(ClientIdentity client) {
        return policy.nameOf(client);
    }

    /** Policy first: a client without any right learns nothing of what exists. */
    private Account permit(ClientIdentity client, Verb verb, String name, @Nullable String cluster) {
        AccountName account = AccountName.isValid(name) ? new AccountName(name) : null;
        Decision decision = policy.decide(client, new Action(verb, name, namesOf(account, cluster)));
        if (decision instanceof Decision.Deny deny) {
            recordDenial(client, verb, name, cluster, deny.rule());
            throw new BrokerFailure.Denied(deny.reason(), About.NOTHING);
        }
        if (account == null || !tokens.isConfigured(account)) {
            throw Failures.unknownAccount();
        }
        return tokens.account(account);
    }

    private void recordDenial(ClientIdentity client, Verb verb, String name, @Nullable String cluster, String rule) {
        boolean isConfigured = AccountName.isValid(name) && tokens.isConfigured(new AccountName(name));
        String account = isConfigured ? name : NameOnRecord.of(name);
        String at = NameOnRecord.ofNullable(cluster);
        audit.record(new AuditEvent(time.now(), client, verb.word(), account, at, false, rule, null));
    }

    private Set<String> namesOf(@Nullable AccountName account, @Nullable String cluster) {
        if (cluster == null) {
            return Set.of();
        }
        return account == null ? Set.of(cluster) : directory.namesOf(account, cluster);
    }

    private static void demandKind(Account account, TokenKind kind) {
        About about = About.account(account.name());
        switch (kind) {
            case ACCESS -> {}
            case UAA -> {
                if (!account.uaa()) {
                    throw new BrokerFailure.BadRequest(
                            "account \"" + account.name() + "\" keeps no UAA tokens: set uaa: true", about);
                }
            }
            case KUBE -> {
                demandKubeFlow(account);
                demandBound(account);
            }
        }
    }

    private static void demandKubeFlow(Account account) {
        if (!account.cloud().hasKubeFlow()) {
            throw new BrokerFailure.BadRequest(
                    "cloud " + account.cloud().word() + " knows no kube tokens: ask for kind access",
                    About.account(account.name()));
        }
    }

    private static void demandBound(Account account) {
        if (account.accountId() == null) {
            throw Failures.unbound(account);
        }
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

    private void demandKubernetes(AccountName account, String idOrName) {
        demandUnambiguous(account, idOrName);
        List<KnownCluster> known = directory.named(account, idOrName);
        if (known.size() == 1 && known.getFirst().cluster().isOpenShift()) {
            throw new BrokerFailure.BadRequest(
                    "an OpenShift cluster takes its own OAuth tokens, which this version does not obtain",
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
