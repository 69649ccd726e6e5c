package dev.iambroker.server;

import dev.iambroker.account.AccountName;
import dev.iambroker.broker.GuardedTokenBroker;
import dev.iambroker.broker.LockControl;
import dev.iambroker.broker.Shares;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.client.Scope;
import dev.iambroker.event.AuditLog;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.policy.Policy;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ProcessIdentity;
import dev.iambroker.server.http.AuditTrail;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.KubeconfigTemplate;
import dev.iambroker.server.http.MetadataSessions;
import dev.iambroker.server.http.TokenAnswers;
import dev.iambroker.server.iam.CloudConnections;
import dev.iambroker.server.iam.HttpAccountsApi;
import dev.iambroker.server.iam.HttpClustersApi;
import dev.iambroker.server.iam.HttpIamClient;
import dev.iambroker.server.iam.HttpOpenShiftServers;
import dev.iambroker.server.iam.HttpSettings;
import dev.iambroker.server.iam.IamRequestListener;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.sink.Sinks;
import dev.iambroker.server.store.EncryptedFileStore;
import dev.iambroker.server.systemd.Heartbeat.Organ;
import dev.iambroker.server.telemetry.HashChainedAuditLog;
import dev.iambroker.server.telemetry.Telemetry;
import dev.iambroker.server.transport.ConnectionLimits;
import dev.iambroker.server.transport.Engine;
import dev.iambroker.server.transport.EventLoops;
import dev.iambroker.server.transport.ShareDirectory;
import dev.iambroker.server.transport.Witnesses;
import dev.iambroker.token.RefreshSchedule;
import dev.iambroker.token.TokenService;
import java.net.ProxySelector;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One running broker. Made whole or not at all: what a failed start had begun is ended again. Ends in the reverse order
 * of its beginning: no new work, then what is under way, then the disk.
 */
final class Daemon implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Daemon.class);

    private static final int ROOT = 0;

    private final Deque<Runnable> ends = new ArrayDeque<>();
    private final BrokerConfig config;
    private final Machine machine;
    private @Nullable TokenService tokens;
    private @Nullable LiveSettings live;
    private @Nullable Listening listening;
    private @Nullable Shares shares;
    private @Nullable Sinks sinks;
    private @Nullable HashChainedAuditLog audit;
    private @Nullable TokenBroker broker;
    private List<Organ> organs = List.of();
    private int httpPort;

    private Daemon(BrokerConfig config, Machine machine) {
        this.config = config;
        this.machine = machine;
    }

    /** {@link #start(BrokerConfig, Machine, Home, Path, InheritedSockets)} with sockets of its own. */
    static Daemon start(BrokerConfig config, Machine machine, Home home, @Nullable Path socketName) {
        return start(config, machine, home, socketName, InheritedSockets.NONE);
    }

    /**
     * Starts a broker. Takes over {@code machine}: its alarm and threads end with the daemon.
     *
     * @param socketName what kubeconfigs say of the socket, null for nothing
     * @param inherited served in place of what the configuration would have it open
     * @throws RuntimeException with one line for the operator if the store, a secret or an address cannot be had
     */
    static Daemon start(
            BrokerConfig config, Machine machine, Home home, @Nullable Path socketName, InheritedSockets inherited) {
        Daemon daemon = new Daemon(config, machine);
        try {
            daemon.assemble(home, new KubeconfigTemplate(home.plugin(), socketName), inherited);
            return daemon;
        } catch (RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void assemble(Home home, KubeconfigTemplate kubeconfig, InheritedSockets inherited) {
        ends.push(machine.callbacks()::shutdownNow);
        ends.push(machine.workers()::shutdownNow);
        EncryptedFileStore store = openStore();
        Telemetry telemetry = telemetry();
        CloudConnections clouds = connect();
        var schedule = new RefreshSchedule(LiveSettings.schedule(config), machine.random());
        var news = new AccountNews(telemetry.events());
        FleetWiring sharing = sharing(store, home);
        telemetry.fleet(sharing.report());
        TokenService service = tokenService(sharing, telemetry, news, clouds, schedule);
        tokens = service;
        InstantSource clock = machine.time()::now;
        Policy policy = LiveSettings.policy(config, clock);
        GuardedTokenBroker guarded = broker(policy, service, store, telemetry, clouds);
        broker = guarded;
        var secrets = new LiveSettings.SecretsInForce(LiveSettings.clientSecrets(config));
        var settings = new LiveSettings(service, guarded, clouds, telemetry, schedule, secrets, clock, policy);
        live = settings;
        var answers = new TokenAnswers(machine.time()::nanos);
        EventLoops loops = new EventLoops();
        ends.push(loops::close);
        organs = organs(loops, store);
        var stop = new OrderlyStop(machine.workers(), machine.wakeUp(), service);
        var forgetting = new Forgetting(answers, stop::withdraw, clouds, settings::unlocked);
        LockControl lock = guarded.lock(settings::alone, forgetting);
        Engine engine = new Engine(loops, machine.workers(), connectionLimits(), witnesses());
        Shares shared = shares(guarded, kubeconfig, engine, stop);
        settings.tellRotations(shared::disown);
        ends.push(stop::run);
        Sinks kept = SinkWiring.sinks(guarded, service, machine, telemetry.sinks(), news);
        // Before the orderly stop, which would wait for their commands.
        ends.push(kept::close);
        sinks = kept;
        var sessions = new MetadataSessions(machine.time()::nanos, clock);
        var opened = new Listening(
                guarded,
                lock,
                shared,
                answers,
                sessions,
                trail(),
                sharing.report(),
                telemetry,
                secrets,
                engine,
                stop,
                inherited);
        listening = opened;
        shares = shared;
        begin(service, opened, kubeconfig, notes(store));
        kept.apply(config.sinks());
        machine.workers().execute(telemetry::observeProcess);
    }

    private List<Organ> organs(EventLoops loops, EncryptedFileStore store) {
        List<Organ> all = new ArrayList<>();
        for (Executor loop : loops.each()) {
            all.add(new Organ("event loop " + (all.size() + 1), loop::execute));
        }
        // On a worker: they too must have gone on working.
        all.add(new Organ("store", sign -> machine.workers().execute(() -> store.whenWritten(sign))));
        return List.copyOf(all);
    }

    private Shares shares(GuardedTokenBroker broker, KubeconfigTemplate kubeconfig, Engine engine, OrderlyStop stop) {
        var random = new SecureRandom();
        var directory = new ShareDirectory(config.listen().unix().path(), random);
        directory.clear();
        int self = ProcessIdentity.ofThisProcess().uid();
        var sockets = new SharedSockets(directory, scope -> sharedService(scope, kubeconfig), engine, stop, self);
        // After the orderly stop has let them end.
        ends.push(sockets::close);
        HexFormat hex = HexFormat.of();
        return broker.shares(sockets, () -> hex.toHexDigits(random.nextInt()), machine.workers());
    }

    private HttpService sharedService(Scope scope, KubeconfigTemplate kubeconfig) {
        Listening opened = listening;
        if (opened == null) {
            throw new IllegalStateException("nobody can share before the daemon listens");
        }
        return opened.shared(scope, kubeconfig);
    }

    /** Set.of would refuse a daemon that is root itself. */
    private static Set<Integer> keepers() {
        return new HashSet<>(List.of(ROOT, ProcessIdentity.ofThisProcess().uid()));
    }

    /** Where the process may have few files open, a flood of connections must not take those of the store. */
    private static ConnectionLimits connectionLimits() {
        int openFiles = new ProcFs().openFilesLimit();
        ConnectionLimits limits = ConnectionLimits.within(openFiles).keepingRoomFor(keepers());
        if (limits.perUser() < ConnectionLimits.PER_USER) {
            log.warn(
                    "only {} files may be open: a user may have {} connections, not {} (expected LimitNOFILE=16384)",
                    openFiles,
                    limits.perUser(),
                    ConnectionLimits.PER_USER);
        }
        return limits;
    }

    private Witnesses witnesses() {
        ExecutorService threads = Executors.newCachedThreadPool(
                Thread.ofPlatform().daemon().name("iam-broker-witness-", 0).factory());
        ends.push(threads::shutdownNow);
        return new Witnesses(new ProcFs(), threads);
    }

    private void begin(TokenService service, Listening listening, KubeconfigTemplate kubeconfig, List<String> notes) {
        service.start();
        machine.wakeUp().start(service.alarms()::ring);
        httpPort = listening.begin(config.listen(), kubeconfig, notes);
        if (service.isLocked()) {
            log.warn("the broker is locked: nothing is served before 'iam-broker unlock'");
        }
        log.info(
                "iam-broker {} serves {} on {}",
                Version.current(),
                counted(config.accounts().size()),
                config.listen().unix().path());
    }

    private List<String> notes(EncryptedFileStore store) {
        // The sessions of a fleet are elsewhere, under its own key.
        return store.isOnlyAsSafeAsItsDirectory() && config.state().shared() == null
                ? List.of("no state.key is configured: stored sessions are only as safe as the directory "
                        + config.state().dir())
                : List.of();
    }

    private EncryptedFileStore openStore() {
        EncryptedFileStore store = EncryptedFileStore.open(
                config.state().dir(), StoreCommands.keys(config.state()), machine.files(), new SecureRandom());
        ends.push(store::close);
        notes(store).forEach(log::warn);
        return store;
    }

    private Telemetry telemetry() {
        Telemetry telemetry = new Telemetry(
                Version.current(), Runtime.version().toString(), new AccountRunways(() -> tokens), machine.time()::now);
        telemetry.accounts(LiveSettings.names(config));
        ends.push(telemetry::close);
        return telemetry;
    }

    private CloudConnections connect() {
        HttpSettings settings =
                HttpSettings.standard(Version.current(), machine.callbacks(), ProxySelector.getDefault());
        CloudConnections clouds = new CloudConnections(settings, CloudWiring.endpoints(config));
        ends.push(clouds::close);
        return clouds;
    }

    /** Left when renewals have ended, before what they are written to is closed. */
    private FleetWiring sharing(EncryptedFileStore store, Home home) {
        FleetSettings settings = config.state().shared();
        FleetWiring sharing = settings == null
                ? FleetWiring.alone(store)
                : FleetWiring.joined(settings, home.fleet(), machine.time()::now, store);
        ends.push(sharing::close);
        return sharing;
    }

    private TokenService tokenService(
            FleetWiring sharing,
            Telemetry telemetry,
            BrokerEvents events,
            CloudConnections clouds,
            RefreshSchedule schedule) {
        ClockSkew skew = new ClockSkew(telemetry::clockSkew);
        HttpIamClient iam =
                new HttpIamClient(clouds, machine.time()::now, machine.time()::nanos, iamRequests(telemetry), skew);
        return new TokenService(
                LiveSettings.accounts(config),
                sharing.fenced(iam),
                new HttpOpenShiftServers(clouds, machine.time()::now, openShiftRequests(telemetry)),
                sharing.sessions(),
                sharing.renewers(),
                schedule,
                machine.workers(),
                machine.time(),
                machine.wakeUp(),
                events,
                skew);
    }

    /** An exchange that got no status is counted under none. */
    private static IamRequestListener iamRequests(Telemetry telemetry) {
        return (grant, status, nanos) -> telemetry.iamRequest(grant, numeric(status), nanos);
    }

    private static HttpOpenShiftServers.Listener openShiftRequests(Telemetry telemetry) {
        return (server, status) -> telemetry.openShiftRequest(server, numeric(status));
    }

    private static int numeric(String status) {
        boolean answered = Character.isDigit(status.charAt(0));
        return answered ? Integer.parseInt(status) : 0;
    }

    private GuardedTokenBroker broker(
            Policy policy,
            TokenService service,
            EncryptedFileStore store,
            Telemetry telemetry,
            CloudConnections clouds) {
        return new GuardedTokenBroker(
                policy,
                service,
                new HttpAccountsApi(clouds),
                new HttpClustersApi(clouds, Thread::sleep),
                store.clusters(),
                audit(store, telemetry),
                machine.time(),
                machine.workers(),
                config.kube().expiryMargin(),
                telemetry.events());
    }

    private AuditLog audit(EncryptedFileStore store, Telemetry telemetry) {
        Path file = config.audit().file();
        if (file == null) {
            return AuditLog.NONE;
        }
        var settings = new HashChainedAuditLog.Settings(file, config.audit().isRequired(), store.auditVault());
        HashChainedAuditLog opened = HashChainedAuditLog.open(
                settings, work -> new Thread(work, "iam-broker-audit"), listener(telemetry), System::nanoTime);
        ends.push(opened::close);
        audit = opened;
        return opened;
    }

    private static HashChainedAuditLog.Listener listener(Telemetry telemetry) {
        return new HashChainedAuditLog.Listener() {
            @Override
            public void recorded() {
                telemetry.auditRecorded();
            }

            @Override
            public void missed(long events) {
                telemetry.auditMissed(events);
            }
        };
    }

    private @Nullable AuditTrail trail() {
        HashChainedAuditLog opened = audit;
        return opened == null ? null : new ReadAuditTrail(opened.reader());
    }

    /** Begins a new audit file where the one in use was moved away. */
    void reopenAudit() {
        HashChainedAuditLog opened = audit;
        if (opened != null) {
            opened.reopen();
        }
    }

    /** @param reload reads the configuration again, when one could not be taken over while the broker was locked */
    void reloadBy(Runnable reload) {
        LiveSettings settings = live;
        if (settings != null) {
            settings.reloadBy(reload);
        }
    }

    /**
     * Takes {@code next} over, whole or not at all, while it goes on serving. What cannot change is the caller's to
     * compare: the store, the audit log and the sockets stay as they are.
     *
     * @return what changed behind references that are the same, a line each
     * @throws RuntimeException with one line for the operator if a secret, a file or the store cannot be read; nothing
     *     has changed then. Also while the broker is locked: then rights that are no more are taken away at once, and
     *     the rest is taken over after the unlock
     */
    List<String> reload(BrokerConfig next) {
        LiveSettings settings = live;
        List<String> changes = settings == null ? List.of() : settings.apply(next);
        Shares open = shares;
        if (open != null) {
            open.review();
        }
        Sinks kept = sinks;
        if (kept != null) {
            kept.apply(next.sinks());
        }
        return changes;
    }

    /** What serves nobody any more when it hangs. */
    List<Organ> organs() {
        return organs;
    }

    /** How it does, for everybody: no name of an account. */
    String summary() {
        TokenService service = tokens;
        TokenBroker serving = broker;
        if (service == null || serving == null) {
            return "starting";
        }
        if (service.isLocked()) {
            return "locked: nothing is served before 'iam-broker unlock'";
        }
        int notReady = serving.readiness().notReady().size();
        return "serves " + counted(service.names().size()) + (notReady == 0 ? "" : ", " + notReady + " not ready");
    }

    /** Whether the account has a token to serve. */
    boolean isReady(AccountName account) {
        TokenBroker serving = broker;
        return serving != null && !serving.readiness().notReady().contains(account);
    }

    private static String counted(int accounts) {
        return accounts == 1 ? "1 account" : accounts + " accounts";
    }

    /** The port of the loopback listener, for whoever asked for any free one; 0 where there is none. */
    int httpPort() {
        return httpPort;
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
