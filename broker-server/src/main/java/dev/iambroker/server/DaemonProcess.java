package dev.iambroker.server;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.Nearest;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.policy.Action;
import dev.iambroker.policy.Explanation;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Verb;
import dev.iambroker.secret.SecretUnavailable;
import dev.iambroker.server.cli.CheckOptions;
import dev.iambroker.server.cli.CommandFailure;
import dev.iambroker.server.cli.ConfigReport;
import dev.iambroker.server.cli.DaemonCommands;
import dev.iambroker.server.cli.DemoOptions;
import dev.iambroker.server.cli.ExitCode;
import dev.iambroker.server.cli.ExplainOptions;
import dev.iambroker.server.cli.OutputFormat;
import dev.iambroker.server.cli.Relay;
import dev.iambroker.server.cli.RelayOptions;
import dev.iambroker.server.cli.ServeOptions;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ConfigLoader;
import dev.iambroker.server.config.Loading;
import dev.iambroker.server.config.LogSettings;
import dev.iambroker.server.config.Places;
import dev.iambroker.server.config.Problem;
import dev.iambroker.server.config.Surroundings;
import dev.iambroker.server.http.ExplainJson;
import dev.iambroker.server.json.JsonTree;
import dev.iambroker.server.os.HangUp;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.os.ProcessProtection;
import dev.iambroker.server.systemd.PassedSocket;
import dev.iambroker.server.transport.ListenFailure;
import dev.iambroker.store.StoreFailure;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** The commands that are the daemon itself, in this process. */
final class DaemonProcess implements DaemonCommands {
    private static final Logger log = LoggerFactory.getLogger(DaemonProcess.class);

    private final PrintStream out;
    private final PrintStream err;
    private final Surroundings surroundings;

    DaemonProcess(PrintStream out, PrintStream err, Map<String, String> environment) {
        this.out = out;
        this.err = err;
        this.surroundings = Surroundings.ofThisProcess(environment);
    }

    @Override
    public int serve(ServeOptions options) {
        ProcessProtection.prepare();
        JsonTree.prepare();
        Loading.Loaded loaded = load(options.config(), options.socket());
        BrokerConfig config = loaded.config();
        Logging logging = Logging.ofThisProcess(surroundings.environment());
        logging.apply(config.log());
        loaded.warnings().forEach(warning -> log.warn("{}", warning.text()));
        // First of all, though it takes longer than the rest of a start: whoever attached before would stay attached.
        ProcessProtection.begin();
        Supervision supervision = Supervision.ofThisProcess(surroundings.environment());
        supervision.starting();
        var reloads = new Reloads(() -> read(options.config(), options.socket()), loaded, logging::apply);
        // Before the start: a SIGHUP in the midst of it must not end the process, nor be lost.
        HangUp.runs(() -> reloads.request(supervision::reloading));
        Daemon daemon = start(config, supervision);
        daemon.reloadBy(reloads::request);
        supervision.serving(daemon, reloads::isRefused);
        sayWhetherCached();
        Thread.ofPlatform()
                .daemon()
                .name("iam-broker-reload")
                .start(() -> reloads.serve(
                        daemon::reload, daemon::reopenAudit, () -> supervision.reloaded(daemon, reloads.isRefused())));
        serveUntilStopped(supervision::stopping, daemon);
        return ExitCode.DONE.number();
    }

    /** What the operator must mend is one line; anything else is a bug and keeps its trace. */
    private Daemon start(BrokerConfig config, Supervision supervision) {
        try {
            InheritedSockets inherited = InheritedSockets.assign(passed(), config.listen());
            Path socket = Home.toName(config.listen().unix().path(), surroundings.environment());
            return Daemon.start(config, Machine.real(), Home.ofThisProcess(), socket, inherited);
        } catch (StoreFailure | ListenFailure | SecretUnavailable | FleetRefused | IllegalArgumentException e) {
            supervision.failed();
            throw new CommandFailure(ExitCode.FAILURE, String.valueOf(e.getMessage()));
        }
    }

    /** The launcher finds the cache, and the JVM takes it or leaves it: neither says a word. */
    private static void sayWhetherCached() {
        if (log.isDebugEnabled() && !new ProcFs().isMapped(".aot")) {
            log.debug(
                    "no AOT cache fits this program and its runtime: a start takes twice as long, nothing else is different");
        }
    }

    private List<PassedSocket> passed() {
        return PassedSocket.of(
                surroundings.environment(), ProcessHandle.current().pid());
    }

    /**
     * Serves until the process is told to end, and then ends it with success.
     *
     * @param first done before all else of the end
     */
    private static void serveUntilStopped(Runnable first, AutoCloseable running) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(first, running), "iam-broker-stop"));
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void stop(Runnable first, AutoCloseable running) {
        first.run();
        close(running);
        // Of a signal the platform makes status 143, which supervisors take for a failure; this end was asked for.
        Runtime.getRuntime().halt(ExitCode.DONE.number());
    }

    private static void close(AutoCloseable running) {
        try {
            running.close();
            log.info("stopped");
        } catch (Exception e) {
            log.warn("stopping: {}", e.getMessage());
        }
    }

    @Override
    public int demo(DemoOptions options) {
        Logging.ofThisProcess(surroundings.environment())
                .apply(new LogSettings(LogSettings.Level.WARN, LogSettings.Format.TEXT));
        try {
            ProcessProtection.begin();
            Demo demo = Demo.start(options.socket(), surroundings);
            out.print(demo.whatToTry());
            out.flush();
            serveUntilStopped(() -> {}, demo);
            return ExitCode.DONE.number();
        } catch (IOException | UncheckedIOException e) {
            throw new CommandFailure(
                    ExitCode.FAILURE, "the demo cannot write its temporary directory: " + e.getMessage());
        } catch (StoreFailure | ListenFailure e) {
            throw new CommandFailure(ExitCode.FAILURE, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public Relay relay(RelayOptions options) {
        Logging.ofThisProcess(surroundings.environment())
                .apply(new LogSettings(LogSettings.Level.ERROR, LogSettings.Format.TEXT));
        try {
            return LoopbackRelay.open(options.tokens(), options.secret());
        } catch (ListenFailure e) {
            throw new CommandFailure(ExitCode.FAILURE, String.valueOf(e.getMessage()));
        }
    }

    @Override
    public int checkConfig(CheckOptions options) {
        Loading.Loaded loaded = loaded(loader().loadToShow(places(options.config(), null)));
        loaded.warnings().forEach(warning -> err.println("warning: " + warning.text()));
        if (options.output() == OutputFormat.JSON) {
            out.println(JsonMapper.shared()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(loaded.effective().tree()));
        } else {
            loaded.effective().lines().forEach(out::println);
        }
        return ExitCode.DONE.number();
    }

    @Override
    public Path configPlace(@Nullable Path config) {
        return places(config, null).config().path();
    }

    @Override
    public @Nullable ConfigReport inspectConfig(@Nullable Path config) {
        Path file = places(config, null).config().path();
        if (!Files.isReadable(file)) {
            return null;
        }
        return switch (read(config, null)) {
            case Loading.Loaded loaded ->
                new ConfigReport(
                        file,
                        loaded.config().accounts().size(),
                        List.of(),
                        LoopbackClients.url(loaded.config()),
                        LoopbackClients.of(loaded.config()));
            case Loading.Refused refused ->
                new ConfigReport(
                        file, 0, refused.problems().stream().map(Problem::text).toList());
        };
    }

    @Override
    public int verifyStore(@Nullable Path config, OutputFormat output) {
        return storeCommands(config).verify(output);
    }

    @Override
    public int rotateStore(@Nullable Path config, OutputFormat output) {
        return storeCommands(config).rotate(output);
    }

    @Override
    public byte[] verifyAudit(@Nullable Path config, List<Path> files, long from) {
        return storeCommands(config).verifyAudit(files, from);
    }

    private StoreCommands storeCommands(@Nullable Path config) {
        return new StoreCommands(load(config, null).config(), out);
    }

    @Override
    public String explain(ExplainOptions options) {
        BrokerConfig config = load(options.config(), null).config();
        demandAccount(config, options);
        Policy policy = LiveSettings.policy(config, Instant::now);
        String complaint = policy.complaintOf(options.about());
        if (complaint != null) {
            throw new CommandFailure(ExitCode.USAGE, complaint);
        }
        Set<String> clusters = options.cluster() == null ? Set.of() : Set.of(options.cluster());
        Explanation explanation =
                policy.explain(options.about(), new Action(options.verb(), options.account(), clusters));
        return new String(ExplainJson.bytes(explanation), StandardCharsets.UTF_8);
    }

    private static void demandAccount(BrokerConfig config, ExplainOptions options) {
        List<String> names =
                LiveSettings.names(config).stream().map(AccountName::value).toList();
        boolean isOfAll = options.verb() == Verb.ADMIN && options.account().equals(Right.ANY);
        if (!isOfAll && !names.contains(options.account())) {
            throw new CommandFailure(
                    ExitCode.UNKNOWN_NAME,
                    "no account of this configuration has this name"
                            + Nearest.question(Nearest.of(options.account(), names)));
        }
    }

    private Loading.Loaded load(@Nullable Path config, @Nullable Path socket) {
        return loaded(read(config, socket));
    }

    private Loading.Loaded loaded(Loading loading) {
        return switch (loading) {
            case Loading.Loaded loaded -> loaded;
            case Loading.Refused refused -> throw refused(refused.problems());
        };
    }

    private Loading read(@Nullable Path config, @Nullable Path socket) {
        return loader().load(places(config, socket));
    }

    private ConfigLoader loader() {
        return new ConfigLoader(surroundings, CloudWiring::implied);
    }

    private Places places(@Nullable Path config, @Nullable Path socket) {
        Path userHome = Path.of(surroundings.environment().getOrDefault("HOME", System.getProperty("user.home", "/")));
        return Places.ofDaemon(surroundings.environment(), surroundings.self().uid(), userHome, config, socket);
    }

    private CommandFailure refused(List<Problem> problems) {
        problems.forEach(problem -> err.println(problem.text()));
        long errors = problems.stream()
                .filter(problem -> problem.severity() == Problem.Severity.ERROR)
                .count();
        return new CommandFailure(
                ExitCode.USAGE,
                "the configuration has " + (errors == 1 ? "1 problem" : errors + " problems")
                        + ": correct what is named above");
    }
}
