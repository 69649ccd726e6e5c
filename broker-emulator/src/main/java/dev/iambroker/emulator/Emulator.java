package dev.iambroker.emulator;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.emulator.cloud.AccountsService;
import dev.iambroker.emulator.cloud.BearerCheck;
import dev.iambroker.emulator.cloud.Cluster;
import dev.iambroker.emulator.cloud.Clusters;
import dev.iambroker.emulator.cloud.ContainersService;
import dev.iambroker.emulator.cloud.ContainersV1;
import dev.iambroker.emulator.cloud.ContainersV2;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.directory.ApiKey;
import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.directory.TrustedProfile;
import dev.iambroker.emulator.fault.ActiveFault;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Faults;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.http.Handler;
import dev.iambroker.emulator.http.HttpListener;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.iam.Attribution;
import dev.iambroker.emulator.iam.IamService;
import dev.iambroker.emulator.iam.RetiredUse;
import dev.iambroker.emulator.iam.Sessions;
import dev.iambroker.emulator.iam.SigningKeys;
import dev.iambroker.emulator.iam.TokenVerifier;
import dev.iambroker.emulator.kube.IdTokenAuthenticator;
import dev.iambroker.emulator.kube.KubeApi;
import dev.iambroker.emulator.kube.KubeObjects;
import dev.iambroker.emulator.kube.OAuthServer;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.record.RequestLog;
import dev.iambroker.emulator.settings.Generation;
import dev.iambroker.emulator.settings.Settings;
import dev.iambroker.emulator.tls.CertificateAuthority;
import dev.iambroker.emulator.tls.ServerName;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import javax.net.ServerSocketFactory;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * A small IBM Cloud on loopback: IAM, accounts and containers behind one listener, and an API server for each cluster.
 *
 * <p><b>Strict.</b> It knows the requests of the published pages and no others. Whatever departs from them is refused with a message
 * that names the departure, and kept in {@link #departures()}.
 *
 * <p><b>Ownership.</b> Whoever starts it closes it; that ends every thread and connection. Thread-safe; content, settings and faults
 * may change at any time.
 */
public final class Emulator implements AutoCloseable {
    private final Generation generation;
    private final boolean tls;
    private final InstantSource clock;
    private final SecureRandom random;
    private final Settings settings = new Settings();
    private final RequestLog log = new RequestLog();
    private final Faults faults = new Faults();
    private final Directory directory;
    private final SigningKeys keys;
    private final Sessions sessions;
    private final IamService iam;
    private final TokenVerifier verifier;
    private final Clusters clusters = new Clusters();
    private final Front front;

    @GuardedBy("this")
    private @Nullable CertificateAuthority authority;

    private final Handler cloud;
    private final HttpListener listener;
    private final List<HttpListener> moreListeners = new CopyOnWriteArrayList<>();
    private final List<EmulatedCluster> emulatedClusters = new CopyOnWriteArrayList<>();

    Emulator(EmulatorBuilder builder, SecureRandom random) {
        this.generation = builder.generation;
        this.tls = builder.tls;
        this.clock = builder.clock;
        this.random = random;
        this.directory = new Directory(random);
        this.keys = builder.keys == null ? new SigningKeys(random) : builder.keys;
        this.sessions = new Sessions(directory, settings, clock);
        String issuer = builder.issuer == null ? generation.issuer() : builder.issuer;
        this.iam = new IamService(issuer, this::iamUrl, generation, keys, directory, sessions, settings, clock);
        this.verifier = new TokenVerifier(keys, issuer, clock);
        this.front = new Front(log, faults, new Attribution(directory, sessions), settings, clock);
        BearerCheck bearer = new BearerCheck(verifier, directory);
        ContainersV1 v1 = new ContainersV1(generation, bearer, sessions, clusters, iam);
        ContainersV2 v2 = new ContainersV2(bearer, clusters, iam);
        this.cloud = front.cloud(List.of(
                iam,
                new AccountsService(generation, bearer, directory, settings),
                new ContainersService(generation, v1, v2)));
        ServerSocketFactory sockets = tls ? authority().sockets(ServerName.LOOPBACK) : ServerSocketFactory.getDefault();
        this.listener = new HttpListener("cloud", builder.port, sockets, cloud, clock);
    }

    public static EmulatorBuilder builder() {
        return new EmulatorBuilder();
    }

    // Where it is

    /** The base of IAM, to which {@code /identity/token} or {@code /oidc/token} is appended. */
    public String iamUrl() {
        return (tls ? "https" : "http") + "://127.0.0.1:" + listener.port();
    }

    /** The base of the accounts service, to which {@code /coe/v2/accounts} or {@code /v1/accounts} is appended. */
    public String accountsUrl() {
        return iamUrl();
    }

    /** The base of the containers service, to which {@code /v1/…} or {@code /v2/…} is appended. */
    public String containersUrl() {
        return iamUrl() + generation.containersPath();
    }

    public int port() {
        return listener.port();
    }

    /** The authority of the cloud's own certificates, for those who reach it by TLS. */
    public String caPem() {
        return authority().pem();
    }

    /** Made on first use: plain HTTP needs none. */
    private synchronized CertificateAuthority authority() {
        if (authority == null) {
            authority = new CertificateAuthority("emulated cloud", random);
        }
        return authority;
    }

    /** For {@link EmulatorBuilder#keys}, so that the next emulator need not make its own. */
    public SigningKeys keys() {
        return keys;
    }

    public Generation generation() {
        return generation;
    }

    public Settings settings() {
        return settings;
    }

    /** Refuses connections to the cloud until {@link #start}; the clusters go on. */
    public void stop() {
        listener.stop();
    }

    /** Serves again, on the same port. */
    public void start() {
        listener.start();
    }

    /**
     * Serves the same cloud by TLS at another port too.
     *
     * @param trusted signed by the authority of {@link #caPem()}, or by one that nobody knows
     * @return its base URL
     */
    public String listenTls(boolean trusted, ServerName serverName) {
        CertificateAuthority signer = trusted ? authority() : new CertificateAuthority("emulated stranger", random);
        HttpListener more = new HttpListener("tls", 0, signer.sockets(serverName), cloud, clock);
        more.start();
        moreListeners.add(more);
        return "https://127.0.0.1:" + more.port();
    }

    // What is in it

    @CanIgnoreReturnValue
    public Account addAccount(String id, String name) {
        Account account = new Account(id, name);
        directory.add(account);
        return account;
    }

    /** A user of these accounts, who logs in by password or passcode. */
    @CanIgnoreReturnValue
    public Identity addUser(String email, String password, Account... accounts) {
        return directory.addUser(
                email, password, List.of(accounts).stream().map(Account::id).toList());
    }

    public Identity addServiceId(String name, Account account) {
        return directory.addServiceId(name, account.id());
    }

    /** Adds the key, or gives a known one to another identity or account. */
    public void addApiKey(String key, Identity identity, Account account) {
        directory.addApiKey(key, new ApiKey(identity, account.id(), false));
    }

    /** From now on BXNIM0462E. */
    public void disableApiKey(String key) {
        ApiKey known = directory.apiKey(key);
        if (known == null) {
            throw new IllegalArgumentException("no such API key was added");
        }
        directory.addApiKey(key, new ApiKey(known.identity(), known.account(), true));
    }

    /** From now on BXNIM0415E. */
    public void removeApiKey(String key) {
        directory.removeApiKey(key);
    }

    /** A passcode of that user, good for one login. */
    public String addPasscode(Identity user) {
        return directory.addPasscode(user);
    }

    /** A trusted profile that compute resources with that token may take on. */
    @CanIgnoreReturnValue
    public TrustedProfile addTrustedProfile(String name, Account account, String computeResourceToken) {
        return directory.addProfile(name, account.id(), computeResourceToken);
    }

    /** Starts the API server of a new cluster, and the OAuth server where it is an OpenShift. */
    @CanIgnoreReturnValue
    public EmulatedCluster addCluster(ClusterSpec spec) {
        EmulatedCluster cluster = spec.isOpenShift() ? openShift(spec) : kubernetes(spec);
        emulatedClusters.add(cluster);
        clusters.add(new Cluster(
                spec.id(),
                spec.name(),
                spec.account(),
                spec.provider(),
                spec.type(),
                spec.region(),
                spec.version(),
                cluster.url(),
                cluster.privateUrl(),
                cluster.caPem()));
        return cluster;
    }

    private EmulatedCluster kubernetes(ClusterSpec spec) {
        CertificateAuthority clusterAuthority = new CertificateAuthority(spec.name(), random);
        var authenticator = new IdTokenAuthenticator(verifier, spec.account());
        KubeObjects objects = new KubeObjects();
        KubeApi api = KubeApi.kubernetes(authenticator, spec.kubeVersion(), objects);
        return new EmulatedCluster(
                spec,
                listening("kube:" + spec.id(), clusterAuthority, api::answer),
                clusterAuthority.pem(),
                objects,
                null);
    }

    /** With certificates of the cloud's authority: those of the real ones are signed by one that everybody trusts. */
    private EmulatedCluster openShift(ClusterSpec spec) {
        AtomicReference<String> url = new AtomicReference<>("");
        OAuthServer server = new OAuthServer(spec.account(), url::get, directory, settings, clock);
        var oauth = new EmulatedCluster.OAuth(server, listening("oauth:" + spec.id(), authority(), server::answer));
        url.set(oauth.url());
        KubeObjects objects = new KubeObjects();
        KubeApi api = KubeApi.openShift(server, spec.kubeVersion(), objects);
        return new EmulatedCluster(
                spec,
                listening("kube:" + spec.id(), authority(), api::answer),
                authority().pem(),
                objects,
                oauth);
    }

    private HttpListener listening(
            String name, CertificateAuthority signer, Function<HttpRequest, HttpResponse> answers) {
        HttpListener started = new HttpListener(
                name.replace(':', '-'), 0, signer.sockets(ServerName.LOOPBACK), front.cluster(name, answers), clock);
        started.start();
        moreListeners.add(started);
        return started;
    }

    public List<EmulatedCluster> clusters() {
        return List.copyOf(emulatedClusters);
    }

    // Tokens outside any request

    public String issueAccessToken(Identity identity, @Nullable Account account) {
        return iam.accessToken(identity, account == null ? null : account.id());
    }

    /** A good ID token of client kube, bound to that account. */
    public String issueIdToken(Identity identity, Account account) {
        return iam.idToken(identity, account.id());
    }

    /** A refresh token of client bx as a login elsewhere would have got it. */
    public String issueRefreshToken(Identity identity, @Nullable Account account) {
        return iam.refreshToken(identity, account == null ? null : account.id());
    }

    /** A token with exactly these claims and a good signature. */
    public String sign(ObjectNode claims) {
        return iam.sign(claims);
    }

    /** Whether a client could use that refresh token now. */
    public boolean isRefreshTokenUsable(String refreshToken) {
        return sessions.usable(refreshToken);
    }

    /** How many login sessions of that identity have a refresh token that a client could use now. */
    public int liveSessions(Identity identity) {
        return sessions.live(identity);
    }

    /** Each time that a refresh token was presented after one of its successors had been used, whatever the answer. */
    public List<RetiredUse> retiredUses() {
        return sessions.retiredUses();
    }

    /** Ends every session, as an administrator can: BXNIM0439E. */
    public void endSessions() {
        sessions.endAll();
    }

    /** Signs with a new key from now on; tokens of the older ones stay good. */
    public void rotateSigningKey() {
        keys.rotate();
    }

    /** Signs with a new key from now on; no token that was issued before is good any more. */
    public void replaceSigningKey() {
        keys.replace();
    }

    // Misbehaviour

    /** Every request to the cloud misbehaves so until cleared. */
    @CanIgnoreReturnValue
    public ActiveFault misbehave(Misbehaviour misbehaviour) {
        return misbehave(Fault.of(misbehaviour));
    }

    /** The fault switched on last is looked at first. */
    @CanIgnoreReturnValue
    public ActiveFault misbehave(Fault fault) {
        return faults.add(fault);
    }

    /** Clears every fault. */
    public void behave() {
        faults.clear();
    }

    // What was asked

    public List<RecordedRequest> requests() {
        return log.requests();
    }

    /** The token requests of that grant so far, in order. */
    public List<RecordedRequest> requests(GrantKind grant) {
        return log.requests().stream()
                .filter(request -> request.grant() == grant)
                .toList();
    }

    /** How often that grant was asked for, whatever the answer. */
    public long count(GrantKind grant) {
        return log.count(grant);
    }

    /** How often that grant was asked for with what that identity logs in by, or with tokens of its sessions; whatever the answer. */
    public long count(GrantKind grant, Identity identity) {
        return log.count(grant, identity.iamId());
    }

    /** The most requests that presented refresh tokens of one session at the same time; 1 if all were in turn. */
    public int peakInFlightOfASession() {
        return front.sessionsInFlight().peak();
    }

    /** What was asked that the pages do not know; empty if all was as published. */
    public List<String> departures() {
        return log.departures();
    }

    /** Forgets requests, counts and departures. */
    public void clearRequests() {
        log.clear();
    }

    /**
     * Waits in real time until that many requests that match were recorded.
     *
     * @throws AssertionError if they did not come in time
     */
    @CanIgnoreReturnValue
    public List<RecordedRequest> awaitRequests(int count, Predicate<RecordedRequest> matching, Duration atMost)
            throws InterruptedException {
        return log.await(count, matching, atMost);
    }

    public Instant now() {
        return clock.instant();
    }

    @Override
    public void close() {
        moreListeners.forEach(HttpListener::close);
        listener.close();
    }
}
