package dev.iambroker.server;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.broker.GuardedTokenBroker;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.event.AuditLog;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.policy.Policy;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import dev.iambroker.server.config.AccountConfig;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ClientConfig;
import dev.iambroker.server.config.Listen;
import dev.iambroker.server.config.ProcessIdentity;
import dev.iambroker.server.config.StateSettings.KeyRef;
import dev.iambroker.server.http.ClientSecrets;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.KubeconfigTemplate;
import dev.iambroker.server.http.MetricsExposition;
import dev.iambroker.server.http.RouteTable;
import dev.iambroker.server.http.Routes;
import dev.iambroker.server.http.TransportRules;
import dev.iambroker.server.iam.CloudConnections;
import dev.iambroker.server.iam.HttpAccountsApi;
import dev.iambroker.server.iam.HttpClustersApi;
import dev.iambroker.server.iam.HttpIamClient;
import dev.iambroker.server.iam.HttpSettings;
import dev.iambroker.server.iam.IamRequestListener;
import dev.iambroker.server.store.EncryptedFileStore;
import dev.iambroker.server.store.WrappingKey;
import dev.iambroker.server.telemetry.Exposition;
import dev.iambroker.server.telemetry.HashChainedAuditLog;
import dev.iambroker.server.telemetry.Telemetry;
import dev.iambroker.server.transport.ConnectionLimits;
import dev.iambroker.server.transport.Engine;
import dev.iambroker.server.transport.EventLoops;
import dev.iambroker.server.transport.SocketListener;
import dev.iambroker.server.transport.UnixSocket;
import dev.iambroker.token.RefreshSchedule;
import dev.iambroker.token.TokenService;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running broker. Made whole or not at all: what a failed start had begun is ended again. Ends in the reverse order
 * of its beginning: no new work, then what is under way, then the disk.
 */
final class Daemon implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Daemon.class);

    /** How long requests and flights under way may take to end when the daemon stops. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private final Deque<Runnable> ends = new ArrayDeque<>();
    private final BrokerConfig config;
    private final Machine machine;
    private @Nullable TokenService tokens;
    private @Nullable SocketListener http;
    private @Nullable SocketListener metrics;

    private Daemon(BrokerConfig config, Machine machine) {
        this.config = config;
        this.machine = machine;
    }

    /**
     * Starts a broker. Takes over {@code machine}: its alarm and threads end with the daemon.
     *
     * @param socketName what kubeconfigs say of the socket, null for nothing
     * @throws RuntimeException with one line for the operator if the store, a secret or an address cannot be had
     */
    static Daemon start(BrokerConfig config, Machine machine, Home home, @Nullable Path socketName) {
        Daemon daemon = new Daemon(config, machine);
        try {
            daemon.assemble(new KubeconfigTemplate(home.plugin(), socketName));
            return daemon;
        } catch (RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void assemble(KubeconfigTemplate kubeconfig) {
        ends.push(machine.callbacks()::shutdownNow);
        ends.push(machine.workers()::shutdownNow);
        EncryptedFileStore store = openStore();
        Telemetry telemetry = telemetry();
        CloudConnections clouds = connect();
        TokenService service = tokenService(store, telemetry, clouds);
        tokens = service;
        TokenBroker broker = broker(service, store, telemetry, clouds);
        ends.push(this::drain);
        ends.push(machine.wakeUp()::close);
        service.start();
        machine.wakeUp().start(service.alarms()::ring);
        listen(broker, telemetry, kubeconfig, notes(store));
    }

    private List<String> notes(EncryptedFileStore store) {
        return store.isOnlyAsSafeAsItsDirectory()
                ? List.of("no state.key is configured: stored sessions are only as safe as the directory "
                        + config.state().dir())
                : List.of();
    }

    private EncryptedFileStore openStore() {
        List<WrappingKey> keys = new ArrayList<>();
        for (KeyRef key : config.state().keys()) {
            keys.add(
                    switch (key) {
                        case KeyRef.SecretKey k -> new WrappingKey.RawKey(k.source());
                        case KeyRef.Passphrase k -> new WrappingKey.Passphrase(k.source());
                    });
        }
        EncryptedFileStore store =
                EncryptedFileStore.open(config.state().dir(), keys, machine.files(), new SecureRandom());
        ends.push(store::close);
        notes(store).forEach(log::warn);
        return store;
    }

    private Telemetry telemetry() {
        Telemetry telemetry = new Telemetry(Version.current(), Runtime.version().toString(), this::runwaySeconds);
        telemetry.accounts(names());
        ends.push(telemetry::close);
        return telemetry;
    }

    private Set<AccountName> names() {
        Set<AccountName> names = new HashSet<>();
        accounts().forEach(account -> names.add(account.name()));
        return names;
    }

    private double runwaySeconds(AccountName name) {
        TokenService service = tokens;
        Duration runway = service == null ? null : service.status(name).runway();
        return runway == null ? Double.NaN : runway.toMillis() / 1000.0;
    }

    private CloudConnections connect() {
        HttpSettings settings =
                HttpSettings.standard(Version.current(), machine.callbacks(), ProxySelector.getDefault());
        CloudConnections clouds = new CloudConnections(settings, CloudWiring.endpoints(config));
        ends.push(clouds::close);
        return clouds;
    }

    private TokenService tokenService(EncryptedFileStore store, Telemetry telemetry, CloudConnections clouds) {
        RefreshSchedule schedule = new RefreshSchedule(
                config.refresh().at(),
                config.refresh().jitter(),
                config.refresh().minInterval(),
                config.kube().keepWarm(),
                machine.random());
        ClockSkew skew = new ClockSkew(telemetry::clockSkew);
        HttpIamClient iam =
                new HttpIamClient(clouds, machine.time()::now, machine.time()::nanos, iamRequests(telemetry), skew);
        return new TokenService(
                accounts(),
                iam,
                store,
                schedule,
                machine.workers(),
                machine.time(),
                machine.wakeUp(),
                telemetry.events(),
                skew);
    }

    /** An exchange that got no status is counted under none. */
    private static IamRequestListener iamRequests(Telemetry telemetry) {
        return (grant, status, nanos) -> {
            boolean answered = Character.isDigit(status.charAt(0));
            telemetry.iamRequest(grant, answered ? Integer.parseInt(status) : 0, nanos);
        };
    }

    private List<Account> accounts() {
        return config.accounts().stream().map(AccountConfig::account).toList();
    }

    private TokenBroker broker(
            TokenService service, EncryptedFileStore store, Telemetry telemetry, CloudConnections clouds) {
        int self = ProcessIdentity.ofThisProcess().uid();
        return new GuardedTokenBroker(
                new Policy(config.clients().stream().map(ClientConfig::rule).toList(), self),
                service,
                new HttpAccountsApi(clouds),
                new HttpClustersApi(clouds, Thread::sleep),
                store.clusters(),
                audit(telemetry),
                machine.time(),
                machine.workers(),
                config.kube().expiryMargin());
    }

    private AuditLog audit(Telemetry telemetry) {
        Path file = config.audit().file();
        if (file == null) {
            return AuditLog.NONE;
        }
        HashChainedAuditLog audit =
                HashChainedAuditLog.open(file, work -> new Thread(work, "iam-broker-audit"), telemetry::auditRecorded);
        ends.push(audit::close);
        return audit;
    }

    private void listen(TokenBroker broker, Telemetry telemetry, KubeconfigTemplate kubeconfig, List<String> notes) {
        MetricsExposition exposition = accept -> {
            Exposition scrape = telemetry.scrape(accept);
            return new MetricsExposition.Scrape(scrape.contentType(), scrape.body());
        };
        EventLoops loops = new EventLoops();
        ends.push(loops::close);
        Engine engine = new Engine(loops, machine.workers(), new ConnectionLimits());
        ClientSecrets secrets = ClientSecrets.of(clientSecrets());
        RouteTable all = Routes.all(broker, exposition, kubeconfig, notes, machine.time()::nanos);
        var wired = new Wired(broker, telemetry, engine);
        Listen.Http tcp = config.listen().http();
        if (tcp != null) {
            Set<String> open = words(tcp.open());
            HttpService service = wired.service(all, TransportRules.loopback(secrets, open));
            http = begun(SocketListener.loopback(tcp.address(), service, engine));
        }
        Listen.Metrics scraped = config.listen().metrics();
        if (scraped != null) {
            HttpService service = wired.service(
                    Routes.metricsOnly(broker, exposition), TransportRules.metrics(Set.copyOf(scraped.hosts())));
            metrics = begun(SocketListener.anyInterface(scraped.address(), service, engine));
        }
        // Last, since a socket that answers tells every client that the broker is there.
        begun(SocketListener.unix(
                socket(config.listen().unix()), wired.service(all, TransportRules.unixSocket(secrets)), engine));
        log.info(
                "iam-broker {} serves {} on {}",
                Version.current(),
                config.accounts().size() == 1 ? "1 account" : config.accounts().size() + " accounts",
                config.listen().unix().path());
    }

    /** What every listener's service is made with. */
    private record Wired(TokenBroker broker, Telemetry telemetry, Engine engine) {
        HttpService service(RouteTable routes, TransportRules rules) {
            return new HttpService(routes, rules, broker, telemetry::request, System::nanoTime);
        }
    }

    private SocketListener begun(SocketListener listener) {
        ends.push(() -> listener.close(GRACE));
        return listener;
    }

    private static Set<String> words(Set<Listen.OpenRoute> routes) {
        Set<String> words = new HashSet<>();
        routes.forEach(route -> words.add(route.word()));
        return words;
    }

    private static UnixSocket socket(Listen.Unix unix) {
        Listen.Group group = unix.group();
        return new UnixSocket(unix.path(), unix.mode().permissions(), group == null ? null : group.name());
    }

    private Map<String, Secret> clientSecrets() {
        Map<String, Secret> secrets = new HashMap<>();
        for (ClientConfig client : config.clients()) {
            SecretSource source = client.secret();
            if (source != null) {
                secrets.put(client.rule().name(), source.read());
            }
        }
        return secrets;
    }

    /** A flight that is cut off may have spent a refresh token whose successor nobody read. */
    private void drain() {
        machine.workers().shutdown();
        try {
            if (!machine.workers().awaitTermination(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                log.warn("requests to IAM were still under way after {} s", GRACE.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** The port of the loopback listener, for whoever asked for any free one; 0 where there is none. */
    int httpPort() {
        return http == null ? 0 : http.port();
    }

    /** The port of the metrics listener; 0 where there is none. */
    int metricsPort() {
        return metrics == null ? 0 : metrics.port();
    }

    /** Stops: no new work, requests under way end, the store is closed. A failing step does not stop the others. */
    @Override
    public void close() {
        while (!ends.isEmpty()) {
            try {
                ends.pop().run();
            } catch (RuntimeException e) {
                log.warn("stopping: {}", e.getMessage());
            }
        }
    }
}
