package dev.iambroker.server.http;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.AccountView;
import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.KubeCredential;
import dev.iambroker.broker.KubeRequest;
import dev.iambroker.broker.LoginAttempt;
import dev.iambroker.broker.PendingGrant;
import dev.iambroker.broker.Readiness;
import dev.iambroker.broker.StandingOrder;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.broker.TokenView;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Decision;
import dev.iambroker.policy.Explanation;
import dev.iambroker.policy.Explanation.Outcome;
import dev.iambroker.policy.Explanation.Step;
import dev.iambroker.policy.Fact;
import dev.iambroker.policy.Terms;
import dev.iambroker.policy.Verb;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A broker with one account, "prod", whose answers a test sets. Notes what it was asked. Thread-safe. */
public final class FakeBroker implements TokenBroker {
    public static final Instant END = Instant.parse("2026-03-01T12:00:00Z");
    public static final String TOKEN = "eyJ.canary-token.sig";

    private static final AccountName PROD = new AccountName("prod");

    public final List<Object> asked = new CopyOnWriteArrayList<>();
    public final List<ClientIdentity> clients = new CopyOnWriteArrayList<>();
    final List<ClientIdentity> withheld = new CopyOnWriteArrayList<>();
    final List<String> withheldOf = new CopyOnWriteArrayList<>();
    final List<ClientIdentity> wrongSecrets = new CopyOnWriteArrayList<>();

    /** Whether tokens are there without waiting. */
    public volatile boolean isWarm = true;

    /** What is waited for without a thread where tokens are not there; null: they are waited for by one. */
    public volatile @Nullable CompletableFuture<@Nullable Void> renewal;

    /** What comes of it; null where it has to be asked for anew. */
    public volatile Supplier<@Nullable TokenGrant> renewed = () -> this.grant;

    /** Runs in every call that may block. */
    public volatile Runnable blocking = () -> {};

    public volatile @Nullable RuntimeException failure;
    public volatile TokenGrant grant = grant(Duration.ofSeconds(1234), "t1");
    public volatile Readiness readiness = new Readiness(List.of(), Duration.ofSeconds(77));
    public volatile AccountView view = bareView();
    public volatile Cluster accessed = cluster();
    public volatile @Nullable String certificateAuthority = "-----BEGIN CERTIFICATE-----\n";
    public volatile boolean watchRunsOut;
    volatile List<String> accessible = List.of("prod");

    /** What rules ask of every peer's process; whoever is asked for it then has its rights by it. */
    public volatile Set<Fact> facts = Set.of();

    public volatile BrokerFailure.@Nullable TooManyRequests overRate;

    /** Gives orders, each good while this is the same; 0 for none. */
    public volatile int orders;

    /** Told just before an answer is written. */
    public volatile boolean isLocked;

    public static TokenGrant grant(Duration left, String etag) {
        return new TokenGrant(PROD, TokenKind.ACCESS, Secret.of(TOKEN), "ibm openid", END, left, etag);
    }

    static AccountView bareView() {
        return new AccountView(
                PROD,
                AccountState.LOGIN_REQUIRED,
                "passcode",
                PROD,
                null,
                null,
                null,
                Map.of(),
                null,
                null,
                null,
                null,
                new TreeMap<>());
    }

    static AccountView fullView() {
        return new AccountView(
                PROD,
                AccountState.BACKOFF,
                "password",
                new AccountName("dev"),
                "0123456789abcdef0123456789abcdef",
                "IBMid-1",
                "ada@example.com",
                Map.of(TokenKind.ACCESS, new TokenView(END.plusMillis(1), END.minusSeconds(60), Duration.ofSeconds(9))),
                END.plusSeconds(3600),
                Duration.ofSeconds(77),
                Duration.ofHours(7),
                new AccountView.LastError(END.minusSeconds(5), "BXNIM0409E", "IAM says \"no\""),
                new TreeMap<>());
    }

    static Cluster cluster() {
        return new Cluster(
                "c1", "build", "kubernetes", "vpc-gen2", "us-south", null, "1.31", "https://pub:443", null, Set.of());
    }

    @Override
    public @Nullable TokenGrant tokenNow(ClientIdentity client, TokenRequest request) {
        note(client, request);
        return isWarm ? grant : null;
    }

    @Override
    public @Nullable StandingOrder standingOrder(ClientIdentity client, TokenRequest request) {
        int placed = orders;
        return placed == 0 ? null : () -> placed == orders ? grant : null;
    }

    @Override
    public @Nullable PendingGrant pendingToken(ClientIdentity client, TokenRequest request) {
        CompletableFuture<@Nullable Void> underWay = renewal;
        return underWay == null
                ? null
                : new PendingGrant() {
                    @Override
                    public CompletionStage<?> landing() {
                        return underWay;
                    }

                    @Override
                    public Duration patience() {
                        return request.patience();
                    }

                    @Override
                    public @Nullable TokenGrant take() {
                        return renewed.get();
                    }
                };
    }

    @Override
    public TokenGrant token(ClientIdentity client, TokenRequest request) {
        note(client, request);
        blocking.run();
        return grant;
    }

    @Override
    public @Nullable KubeCredential kubeCredentialNow(ClientIdentity client, KubeRequest request) {
        note(client, request);
        return isWarm ? credential() : null;
    }

    @Override
    public KubeCredential kubeCredential(ClientIdentity client, KubeRequest request) {
        note(client, request);
        blocking.run();
        return credential();
    }

    private KubeCredential credential() {
        return new KubeCredential(grant, END.minusSeconds(45));
    }

    @Override
    public @Nullable TokenGrant watch(
            ClientIdentity client, TokenRequest request, @Nullable String after, Duration patience) {
        note(client, List.of(request, String.valueOf(after), patience));
        blocking.run();
        return watchRunsOut ? null : grant;
    }

    @Override
    public List<AccountView> accounts(ClientIdentity client) {
        note(client, "accounts");
        return List.of(view);
    }

    @Override
    public List<String> accessible(ClientIdentity client) {
        return accessible;
    }

    @Override
    public AccountView account(ClientIdentity client, String account) {
        return command(client, "account " + account);
    }

    @Override
    public AccountView login(ClientIdentity client, String account, LoginAttempt attempt) {
        note(client, attempt);
        return view;
    }

    @Override
    public AccountView logout(ClientIdentity client, String account) {
        return command(client, "logout " + account);
    }

    @Override
    public AccountView refresh(ClientIdentity client, String account) {
        return command(client, "refresh " + account);
    }

    @Override
    public AccountView purge(ClientIdentity client, String account) {
        return command(client, "purge " + account);
    }

    private AccountView command(ClientIdentity client, String words) {
        note(client, words);
        return view;
    }

    @Override
    public URI passcodePage(ClientIdentity client, String account) {
        note(client, "passcode-url " + account);
        return URI.create("https://iam.example/identity/passcode");
    }

    @Override
    public List<IbmAccount> ibmAccounts(ClientIdentity client, String account) {
        note(client, "ibm-accounts " + account);
        return List.of(new IbmAccount("i1", "Ümlaut\u0001", null));
    }

    @Override
    public List<Cluster> clusters(ClientIdentity client, String account) {
        note(client, "clusters " + account);
        return List.of(cluster());
    }

    @Override
    public List<Cluster> clustersNow(ClientIdentity client, String account) {
        note(client, "clustersNow " + account);
        return List.of(cluster());
    }

    @Override
    public void demandOpen() {
        if (isLocked) {
            throw new BrokerFailure.Locked("the broker is locked", BrokerFailure.About.NOTHING);
        }
    }

    @Override
    public Cluster cluster(ClientIdentity client, String account, String idOrName) {
        note(client, "cluster " + account + " " + idOrName);
        return cluster();
    }

    @Override
    public KnownCluster clusterAccess(ClientIdentity client, String account, String idOrName) {
        note(client, "access " + account + " " + idOrName);
        return new KnownCluster(PROD, "an-account", accessed, certificateAuthority);
    }

    @Override
    public Readiness readiness() {
        return readiness;
    }

    @Override
    public Readiness readiness(ClientIdentity client, String account) {
        note(client, "readiness " + account);
        return readiness;
    }

    @Override
    public boolean mayList(ClientIdentity client, String account) {
        return client.peer() != null;
    }

    @Override
    public void administered(ClientIdentity client, String what) {
        note(client, what);
    }

    @Override
    public String nameOf(ClientIdentity client) {
        return client.peer() != null
                ? "owner"
                : client.provenClients().stream().findFirst().orElse("nobody");
    }

    private void note(ClientIdentity client, Object request) {
        clients.add(client);
        asked.add(request);
        RuntimeException toThrow = failure;
        if (toThrow != null) {
            throw toThrow;
        }
    }

    /** Makes every call fail. */
    public void failWith(BrokerFailure newFailure) {
        this.failure = newFailure;
    }

    @Override
    public void takeTurn(ClientIdentity client, String rule, @Nullable String account) {
        if (overRate != null) {
            throw overRate;
        }
    }

    @Override
    public void withheld(ClientIdentity client, @Nullable String account) {
        withheld.add(client);
        withheldOf.add(String.valueOf(account));
    }

    @Override
    public void wrongSecret(ClientIdentity client) {
        wrongSecrets.add(client);
    }

    @Override
    public Set<Fact> asks(ClientIdentity client) {
        return facts;
    }

    @Override
    public boolean isByProgram(ClientIdentity client) {
        return !facts.isEmpty();
    }

    @Override
    public Explanation explain(
            ClientIdentity client, ClientIdentity about, Verb verb, String account, @Nullable String cluster) {
        asked.add(about);
        return new Explanation(
                List.of(
                        new Step("first", Outcome.NO_MATCH, "asks for uid 7, and the client has 1000"),
                        new Step("second", Outcome.DECIDES, "matches and has a right to this")),
                new Decision.Allow("second", Terms.NONE));
    }
}
