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
import dev.iambroker.account.TokenKind;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.event.AuditEvent.Source;
import dev.iambroker.event.AuditLog;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.policy.Explanation;
import dev.iambroker.policy.Fact;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.AccountStatus;
import dev.iambroker.token.PendingRenewal;
import dev.iambroker.token.RenewalFailure;
import dev.iambroker.token.Time;
import dev.iambroker.token.Token;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import dev.iambroker.token.UnknownAccount;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The front door in front of the tokens: decides, puts on record, then serves. Thread-safe. */
public final class GuardedTokenBroker implements TokenBroker {
    private static final Logger log = LoggerFactory.getLogger(GuardedTokenBroker.class);

    private final TokenService tokens;
    private final Time time;
    private volatile Duration kubeExpiryMargin;
    private final Gate gate;
    private final ClusterLists lists;
    private final AccountServices services;
    private final ClusterResolver resolver;
    private final RateLimits rates;
    private final SecondAsks secondAsks;

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
        this.kubeExpiryMargin = kubeExpiryMargin;
        this.gate = new Gate(policy, tokens, directory, audit, time, new DryRuns(events));
        this.rates = new RateLimits(policy.rates(), time);
        this.secondAsks = new SecondAsks(time);
        this.lists = new ClusterLists(time);
        this.services = new AccountServices(tokens, accountsApi, clustersApi, directory, lists);
        this.resolver = new ClusterResolver(gate, tokens, directory, search(executor), time);
    }

    /** From now on by these; what waits for IAM meanwhile has to be permitted by both policies. Arguments as at first. */
    public void reconfigure(Policy policy, Duration newKubeExpiryMargin) {
        gate.apply(policy);
        rates.apply(policy.rates());
        kubeExpiryMargin = newKubeExpiryMargin;
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
        return resolver.isTypeUnknown(request) ? null : servedNow(client, request);
    }

    @Override
    public @Nullable PendingGrant pendingToken(ClientIdentity client, TokenRequest request) {
        boolean waits = request.patience().isPositive();
        if (!waits || resolver.isTypeUnknown(request) || needsThread(client, request)) {
            return null;
        }
        Account account = permitted(client, request);
        TokenKey key = keyOf(account, request);
        Token before = tokens.peek(key);
        try {
            PendingRenewal renewal = tokens.pending(key, request.minTtl());
            return renewal == null
                    ? null
                    : new RenewedGrant(
                            renewal,
                            request.patience(),
                            // A reload may have asked for records that a disk has to confirm.
                            token -> gate.blocks() ? null : stillPermitted(client, request, token, before),
                            failure -> Failures.of(permitted(client, request), failure));
        } catch (RenewalFailure e) {
            throw Failures.of(account, e);
        }
    }

    private boolean needsThread(ClientIdentity client, TokenRequest request) {
        return gate.blocks() || resolver.isUndecided(client, request);
    }

    private @Nullable TokenGrant servedNow(ClientIdentity client, TokenRequest request) {
        if (needsThread(client, request)) {
            return null;
        }
        Account account = permitted(client, request);
        return immediate(client, account, request);
    }

    @Override
    public @Nullable StandingOrder standingOrder(ClientIdentity client, TokenRequest request) {
        // Which cluster it is, and what its own token is, may be learnt from one request to the next.
        if (gate.blocks() || request.cluster() != null) {
            return null;
        }
        Passage passage = gate.passage(client, Verb.of(request.kind()), request.account());
        return passage == null ? null : new PermittedOrder(passage, tokens, time, request);
    }

    @Override
    public TokenGrant token(ClientIdentity client, TokenRequest request) {
        long end = time.nanos() + request.patience().toNanos();
        resolver.learnNames(client, request);
        resolver.learnType(permitted(client, request), request);
        return served(client, request, end);
    }

    private TokenGrant served(ClientIdentity client, TokenRequest request, long end) {
        Account account = permitted(client, request);
        return fetched(client, account, request.withPatience(left(end)));
    }

    private Account permitted(ClientIdentity client, TokenRequest request) {
        Verb verb = Verb.of(request.kind());
        Account account = gate.permit(client, verb, request.account(), request.cluster());
        Demand.kind(account, request.kind());
        return account;
    }

    /** The token that a permitted client means: of an OpenShift cluster it is the cluster's own. */
    private TokenKey keyOf(Account account, TokenRequest request) {
        String named = request.cluster();
        Cluster openShift =
                request.kind() == TokenKind.KUBE && named != null ? services.openShift(account.name(), named) : null;
        if (openShift == null) {
            return new TokenKey(account.name(), request.kind());
        }
        Demand.passcodes(account);
        return tokens.openShift(account.name(), openShift);
    }

    private @Nullable TokenGrant immediate(ClientIdentity client, Account account, TokenRequest request) {
        TokenKey key = keyOf(account, request);
        try {
            Token token = tokens.immediate(key, request.minTtl());
            return token == null ? null : gate.handOut(client, token, request.cluster(), Source.CACHED);
        } catch (RenewalFailure e) {
            throw Failures.of(account, e);
        }
    }

    private TokenGrant fetched(ClientIdentity client, Account account, TokenRequest request) {
        TokenKey key = keyOf(account, request);
        Token before = tokens.peek(key);
        try {
            Token token = tokens.token(key, request.minTtl(), request.patience());
            return stillPermitted(client, request, token, before);
        } catch (RenewalFailure e) {
            throw Failures.of(permitted(client, request), e);
        }
    }

    /** Waiting takes up to a minute: a reload may have taken the right, or the account, away meanwhile. */
    private TokenGrant stillPermitted(
            ClientIdentity client, TokenRequest request, Token token, @Nullable Token before) {
        permitted(client, request);
        boolean wasThere = before != null && before.etag().equals(token.etag());
        return gate.handOut(client, token, request.cluster(), wasThere ? Source.CACHED : Source.MINTED);
    }

    @Override
    public @Nullable TokenGrant watch(
            ClientIdentity client, TokenRequest request, @Nullable String after, Duration patience) {
        Account account = permitted(client, request);
        if (after == null) {
            return fetched(client, account, request);
        }
        TokenKey key = keyOf(account, request);
        Token before = tokens.peek(key);
        Token token = tokens.next(key, after, request.minTtl(), patience);
        if (token == null) {
            permitted(client, request);
            return null;
        }
        return stillPermitted(client, request, token, before);
    }

    /**
     * The token that {@code client} should keep now. Does not wait for its renewal: begins one where that is due, after
     * which asking again makes sense. What is kept already is no hand-out, and leaves no record.
     *
     * @param held the etag of what it keeps, null for nothing
     */
    public Delivery deliver(ClientIdentity client, TokenRequest request, @Nullable String held) {
        resolver.learnNames(client, request);
        resolver.learnType(permitted(client, request), request);
        Account account = permitted(client, request);
        TokenKey key = keyOf(account, request);
        Token before = tokens.peek(key);
        try {
            Token cached = tokens.immediate(key, request.minTtl());
            Token token = cached != null ? cached : tokens.token(key, request.minTtl(), Duration.ZERO);
            boolean isHeld = token.etag().equals(held);
            return new Delivery(isHeld ? null : stillPermitted(client, request, token, before), token.left(time));
        } catch (RenewalFailure e) {
            throw Failures.of(permitted(client, request), e);
        }
    }

    @Override
    public @Nullable KubeCredential kubeCredentialNow(ClientIdentity client, KubeRequest request) {
        TokenRequest resolved = resolver.resolved(client, request);
        if (resolved == null) {
            gate.demandOpen();
            return null;
        }
        // What may lead to IAM is not for an event loop.
        TokenGrant grant = secondAsks.isSecond(request) ? null : servedNow(client, resolved);
        return grant == null ? null : credential(request, resolved, grant);
    }

    @Override
    public KubeCredential kubeCredential(ClientIdentity client, KubeRequest request) {
        long end = time.nanos() + request.patience().toNanos();
        TokenRequest resolved = resolver.resolved(client, request);
        if (resolved == null) {
            gate.demandOpen();
            resolver.learnClusters(client, request, left(end));
            resolved = resolver.resolved(client, request);
        }
        if (resolved == null) {
            throw Failures.unknownServer(request);
        }
        resolver.learnNames(client, resolved.withPatience(left(end)));
        replaceRefused(client, request, resolved.withPatience(left(end)));
        return credential(request, resolved, served(client, resolved, end));
    }

    /** Mints anew what an API server seems to have answered with 401. A token that cannot be replaced is given again. */
    private void replaceRefused(ClientIdentity client, KubeRequest request, TokenRequest resolved) {
        if (!secondAsks.isSecond(request)) {
            return;
        }
        TokenKey key = keyOf(permitted(client, resolved), resolved);
        Token token = tokens.peek(key);
        if (token == null || !secondAsks.takeTurn(request, key, token.etag())) {
            return;
        }
        log.info(
                "{} was given to process {}, which asks for it again at once, as after a 401: another one is minted",
                key,
                request.caller());
        try {
            tokens.renew(key, resolved.patience());
        } catch (RenewalFailure e) {
            log.info("{} stays what it was: {}", key, e.getMessage());
        }
    }

    private KubeCredential credential(KubeRequest request, TokenRequest resolved, TokenGrant grant) {
        // A reload may have made the alias stand for another IBM account while the token came: it is not for that
        // server.
        if (!resolver.stillMeans(request, resolved)) {
            throw Failures.unknownServer(request);
        }
        // The margin keeps clear of the token's own end; an end that is only stated needs none.
        Instant clear = grant.tokenEndsAt().minus(kubeExpiryMargin);
        Instant stated = grant.expiresAt().isBefore(clear) ? grant.expiresAt() : clear;
        secondAsks.given(request, grant.etag());
        return new KubeCredential(grant, stated.truncatedTo(ChronoUnit.SECONDS));
    }

    private Duration left(long end) {
        return Duration.ofNanos(Math.max(0, end - time.nanos()));
    }

    @Override
    public List<AccountView> accounts(ClientIdentity client) {
        List<AccountView> views = new ArrayList<>();
        for (AccountName name : tokens.names()) {
            if (mayList(client, name.value())) {
                unlessRemoved(() -> views.add(view(name)));
            }
        }
        return views;
    }

    /** What is listed at one moment a reload may take away at the next. */
    private static void unlessRemoved(Runnable look) {
        try {
            look.run();
        } catch (UnknownAccount removed) {
            // Then it is not in the list.
        }
    }

    @Override
    public List<String> accessible(ClientIdentity client) {
        return tokens.names().stream()
                .map(AccountName::value)
                .filter(name -> gate.mayUse(client, Verb.ACCESS, name))
                .toList();
    }

    @Override
    public AccountView account(ClientIdentity client, String account) {
        return view(gate.known(client, Verb.LIST, account, null).name());
    }

    private AccountView view(AccountName name) {
        return AccountViews.of(tokens, name, time);
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
        Account account = gate.administered(client, name, "login");
        Demand.ownSession(account);
        try {
            logIn(account, attempt);
        } catch (RenewalFailure e) {
            throw Failures.ofLogin(account, e);
        }
        lists.drop(account.name());
        return view(account.name());
    }

    private void logIn(Account account, LoginAttempt attempt) {
        Demand.suits(account, attempt);
        AccountName name = account.name();
        switch (attempt) {
            case LoginAttempt.Configured a -> tokens.login(name);
            case LoginAttempt.Passcode a -> tokens.loginByPasscode(name, a.passcode());
            case LoginAttempt.Password a -> tokens.loginByPassword(name, a.username(), a.password());
            case LoginAttempt.ApiKey a -> tokens.loginByApiKey(name, a.apiKey());
            case LoginAttempt.RefreshToken a -> tokens.loginByRefreshToken(name, a.refreshToken());
        }
    }

    @Override
    public AccountView logout(ClientIdentity client, String name) {
        Account account = gate.administered(client, name, "logout");
        Demand.ownSession(account);
        gate.loggingOut(account.name());
        command(account, () -> tokens.logout(account.name()));
        // Also those that were opened meanwhile.
        gate.loggingOut(account.name());
        lists.drop(account.name());
        return view(account.name());
    }

    @Override
    public AccountView refresh(ClientIdentity client, String name) {
        Account account = gate.administered(client, name, "refresh");
        try {
            tokens.refresh(account.name(), TokenRequest.DEFAULT_WAIT);
        } catch (RenewalFailure e) {
            throw Failures.ofRefresh(account, e);
        }
        return view(account.name());
    }

    @Override
    public AccountView purge(ClientIdentity client, String name) {
        Account account = gate.administered(client, name, "purge");
        command(account, () -> tokens.purge(account.name()));
        lists.drop(account.sessionOwner());
        return view(account.name());
    }

    private static void command(Account account, Runnable work) {
        try {
            work.run();
        } catch (RenewalFailure e) {
            throw Failures.ofCommand(account, e);
        }
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
        List<AccountName> notReady = new ArrayList<>();
        Duration runway = null;
        for (AccountName name : tokens.names()) {
            AccountStatus status = statusUnlessRemoved(name);
            if (status != null && isExpectedToServe(status)) {
                runway = smaller(runway, status.runway());
                if (!hasToken(name)) {
                    notReady.add(name);
                }
            }
        }
        return new Readiness(notReady, runway);
    }

    private @Nullable AccountStatus statusUnlessRemoved(AccountName name) {
        try {
            return tokens.status(name);
        } catch (UnknownAccount removed) {
            return null;
        }
    }

    /** An account that is not meant to serve, or that nobody ever logged in, does not make the broker unready. */
    private static boolean isExpectedToServe(AccountStatus status) {
        return status.state() != AccountState.DISABLED
                && status.state() != AccountState.LOCKED
                && status.loggedInBefore();
    }

    private static @Nullable Duration smaller(@Nullable Duration a, @Nullable Duration b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a.compareTo(b) < 0 ? a : b;
    }

    @Override
    public Readiness readiness(ClientIdentity client, String name) {
        Account account = gate.known(client, Verb.LIST, name, null);
        boolean ready = hasToken(account.name()) && !tokens.isLocked();
        return new Readiness(
                ready ? List.of() : List.of(account.name()),
                tokens.status(account.name()).runway());
    }

    private boolean hasToken(AccountName name) {
        return tokens.peek(new TokenKey(name, TokenKind.ACCESS)) != null;
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
