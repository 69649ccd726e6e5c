package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountsApi;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClusterStore;
import dev.iambroker.account.ClustersApi;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.event.AuditLog;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.policy.Explanation;
import dev.iambroker.policy.Fact;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.Time;
import dev.iambroker.token.TokenService;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The front door in front of the tokens: decides, puts on record, then serves. Thread-safe. */
public final class GuardedTokenBroker implements TokenBroker {
    private final TokenService tokens;
    private final Time time;
    private final Gate gate;
    private final AccountServices services;
    private final ClusterResolver resolver;
    private final RateLimits rates;
    private final HandOut handOut;
    private final KubeCredentials kubeCredentials;
    private final AccountListing listing;
    private final AccountCommands commands;

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
        this(
                policy,
                tokens,
                accountsApi,
                clustersApi,
                clusters,
                audit,
                time,
                executor,
                kubeExpiryMargin,
                BrokerEvents.NONE);
    }

    /**
     * The same, and somebody listens.
     *
     * @param events hears of what rules in dry-run would have denied
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
            Duration kubeExpiryMargin,
            BrokerEvents events) {
        ClusterDirectory directory = new ClusterDirectory(clusters, name -> accountId(tokens, name));
        this.tokens = tokens;
        this.time = time;
        this.gate = new Gate(policy, tokens, directory, audit, time, new DryRuns(events));
        this.rates = new RateLimits(policy.rates(), time);
        var lists = new ClusterLists(time);
        this.services = new AccountServices(tokens, accountsApi, clustersApi, directory, lists);
        this.resolver = new ClusterResolver(gate, tokens, directory, search(executor), time);
        this.handOut = new HandOut(gate, tokens, services, resolver, time);
        this.kubeCredentials = new KubeCredentials(gate, tokens, handOut, resolver, time, kubeExpiryMargin);
        this.listing = new AccountListing(gate, tokens, time);
        this.commands = new AccountCommands(gate, tokens, lists, listing);
    }

    /** From now on by these; what waits for IAM meanwhile has to be permitted by both policies. Arguments as at first. */
    public void reconfigure(Policy policy, Duration newKubeExpiryMargin) {
        gate.apply(policy);
        rates.apply(policy.rates());
        kubeCredentials.apply(newKubeExpiryMargin);
    }

    private static @Nullable String accountId(TokenService tokens, AccountName name) {
        Account account = tokens.find(name);
        return account == null ? null : account.accountId();
    }

    private ClusterSearch search(Executor executor) {
        return new ClusterSearch(executor, name -> services.clusters(tokens.account(name), TokenRequest.DEFAULT_WAIT));
    }

    /**
     * Locks and unlocks this broker. To be made once.
     *
     * @param alone runs its argument while nothing else changes accounts
     */
    public BrokerLock lock(Consumer<Runnable> alone, LockListener listener) {
        return new BrokerLock(gate, tokens, time, alone, listener);
    }

    /**
     * The shares of this broker. To be made once.
     *
     * @param ids short names, each as good as never given twice
     * @param executor closes sockets; that blocks
     */
    public Shares shares(ShareSockets sockets, Supplier<String> ids, Executor executor) {
        return new Shares(gate, services, tokens, sockets, ids, executor, time);
    }

    @Override
    public void demandOpen() {
        gate.demandOpen();
    }

    @Override
    public @Nullable TokenGrant tokenNow(ClientIdentity client, TokenRequest request) {
        return handOut.tokenNow(client, request);
    }

    @Override
    public @Nullable PendingGrant pendingToken(ClientIdentity client, TokenRequest request) {
        return handOut.pendingToken(client, request);
    }

    @Override
    public @Nullable StandingOrder standingOrder(ClientIdentity client, TokenRequest request) {
        return handOut.standingOrder(client, request);
    }

    @Override
    public TokenGrant token(ClientIdentity client, TokenRequest request) {
        return handOut.token(client, request);
    }

    @Override
    public @Nullable TokenGrant watch(
            ClientIdentity client, TokenRequest request, @Nullable String after, Duration patience) {
        return handOut.watch(client, request, after, patience);
    }

    /**
     * The token that {@code client} should keep now. Does not wait for its renewal: begins one where that is due, after
     * which asking again makes sense. What is kept already is no hand-out, and leaves no record.
     *
     * @param held the etag of what it keeps, null for nothing
     */
    public Delivery deliver(ClientIdentity client, TokenRequest request, @Nullable String held) {
        return handOut.deliver(client, request, held);
    }

    @Override
    public @Nullable KubeCredential kubeCredentialNow(ClientIdentity client, KubeRequest request) {
        return kubeCredentials.now(client, request);
    }

    @Override
    public KubeCredential kubeCredential(ClientIdentity client, KubeRequest request) {
        return kubeCredentials.waited(client, request);
    }

    @Override
    public List<AccountView> accounts(ClientIdentity client) {
        return listing.accounts(client);
    }

    @Override
    public List<String> accessible(ClientIdentity client) {
        return listing.accessible(client);
    }

    @Override
    public AccountView account(ClientIdentity client, String account) {
        return listing.account(client, account);
    }

    /** Of no use to those who may not log in. */
    @Override
    public URI passcodePage(ClientIdentity client, String name) {
        Account account = gate.permit(client, Verb.ADMIN, name, null);
        Demand.ownSession(account);
        return tokens.passcodePage(account);
    }

    @Override
    public AccountView login(ClientIdentity client, String name, LoginAttempt attempt) {
        return commands.login(client, name, attempt);
    }

    @Override
    public AccountView logout(ClientIdentity client, String name) {
        return commands.logout(client, name);
    }

    @Override
    public AccountView refresh(ClientIdentity client, String name) {
        return commands.refresh(client, name);
    }

    @Override
    public AccountView purge(ClientIdentity client, String name) {
        return commands.purge(client, name);
    }

    @Override
    public List<IbmAccount> ibmAccounts(ClientIdentity client, String name) {
        return services.ibmAccounts(gate.permit(client, Verb.LIST, name, null));
    }

    @Override
    public List<Cluster> clusters(ClientIdentity client, String name) {
        return services.clustersOfLate(gate.permit(client, Verb.LIST, name, null));
    }

    @Override
    public List<Cluster> clustersNow(ClientIdentity client, String name) {
        return services.clusters(gate.permit(client, Verb.LIST, name, null), TokenRequest.DEFAULT_WAIT);
    }

    @Override
    public Cluster cluster(ClientIdentity client, String name, String idOrName) {
        return services.cluster(gate.permit(client, Verb.LIST, name, null), idOrName);
    }

    @Override
    public KnownCluster clusterAccess(ClientIdentity client, String name, String idOrName) {
        return services.access(gate.permit(client, Verb.LIST, name, null), idOrName);
    }

    @Override
    public Readiness readiness() {
        return listing.readiness();
    }

    @Override
    public Readiness readiness(ClientIdentity client, String name) {
        return listing.readiness(client, name);
    }

    @Override
    public void administered(ClientIdentity client, String what) {
        gate.administered(client, what);
    }

    @Override
    public boolean mayList(ClientIdentity client, String account) {
        return gate.mayUse(client, Verb.LIST, account);
    }

    @Override
    public String nameOf(ClientIdentity client) {
        return gate.nameOf(client);
    }

    @Override
    public void takeTurn(ClientIdentity client, String rule, @Nullable String account) {
        try {
            rates.take(rule);
        } catch (BrokerFailure.TooManyRequests e) {
            gate.refused(client, "over-rate", account);
            throw e;
        }
    }

    @Override
    public void withheld(ClientIdentity client, @Nullable String account) {
        gate.refused(client, "process-changed", account);
    }

    @Override
    public void wrongSecret(ClientIdentity client) {
        gate.refused(client, "wrong-secret", null);
    }

    @Override
    public Set<Fact> asks(ClientIdentity client) {
        return gate.policy().asks(client);
    }

    @Override
    public boolean isByProgram(ClientIdentity client) {
        return gate.policy().isByProgram(client);
    }

    @Override
    public Explanation explain(
            ClientIdentity client, ClientIdentity about, Verb verb, String account, @Nullable String cluster) {
        return new PolicyQuestions(gate, tokens).explain(client, about, verb, account, cluster);
    }
}
