package dev.iambroker.server;

import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ConfigLoader;
import dev.iambroker.server.config.ImpliedEndpoints;
import dev.iambroker.server.config.Loading;
import dev.iambroker.server.config.Places;
import dev.iambroker.server.config.Surroundings;
import dev.iambroker.server.store.FileOps;
import dev.iambroker.server.systemd.Heartbeat.Organ;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Executors;

/**
 * The whole daemon with its real adapters, store and socket, on a clock that the test moves. Moves from alarm to alarm;
 * what one alarm began has ended before the clock goes on.
 */
final class ManualDaemon implements AutoCloseable {
    /** Real time; longer than the deadline of an exchange with IAM. */
    private static final Duration QUIET_LIMIT = Duration.ofSeconds(30);

    private final ManualTime time;
    private final ManualWakeUp wakeUp;
    private final CountedWorkers workers = new CountedWorkers();
    private final Daemon daemon;
    private final Path socket;
    private final Path directory;
    private final SmallCloud cloud;
    private final String yaml;

    private ManualDaemon(Path directory, String accounts, SmallCloud cloud, ManualTime time, long seed, FileOps files)
            throws IOException {
        this.time = time;
        this.wakeUp = new ManualWakeUp(time);
        this.socket = directory.resolve("run").resolve("broker.sock");
        Machine machine = new Machine(
                time, wakeUp, workers, Executors.newVirtualThreadPerTaskExecutor(), new Random(seed), files);
        Home home = new Home(Path.of("/opt/iam-broker/bin/iam-broker-credential"));
        this.directory = directory;
        this.cloud = cloud;
        this.yaml = yaml(directory, accounts, cloud);
        this.daemon = Daemon.start(config(directory, yaml), machine, home, null);
    }

    /**
     * Starts one; nothing is renewed before the clock moves or somebody asks.
     *
     * @param directory of configuration, socket and state, where another may have run before
     * @param accounts what stands below {@code accounts:}, indented by two
     * @param seed of the jitter
     */
    static ManualDaemon start(
            Path directory, String accounts, SmallCloud cloud, ManualTime time, long seed, FileOps files)
            throws IOException {
        return new ManualDaemon(directory, accounts, cloud, time, seed, files);
    }

    static ManualDaemon start(Path directory, String accounts, SmallCloud cloud, ManualTime time, long seed)
            throws IOException {
        return start(directory, accounts, cloud, time, seed, FileOps.posix());
    }

    private static String yaml(Path directory, String accounts, SmallCloud cloud) {
        return """
                endpoints: { iam: %1$s, accounts: %1$s, containers: %2$s }
                accounts:
                %3$s
                listen: { unix: { path: %4$s/run/broker.sock } }
                state: { dir: %4$s/state }
                """.formatted(cloud.emulator().iamUrl(), cloud.emulator().containersUrl(), accounts, directory);
    }

    /** Reads a configuration as {@code serve} does. */
    static BrokerConfig config(Path directory, String yaml) throws IOException {
        Path file = Files.writeString(directory.resolve("broker.yaml"), yaml);
        Surroundings surroundings = Surroundings.ofThisProcess(Map.of());
        Places places = Places.ofDaemon(Map.of(), surroundings.self().uid(), directory, file, null);
        return switch (new ConfigLoader(surroundings, ImpliedEndpoints.UNKNOWN).load(places)) {
            case Loading.Loaded loaded -> loaded.config();
            case Loading.Refused refused -> throw new AssertionError(refused.problems());
        };
    }

    /** A file that only its owner can read, with that secret. */
    static Path secretFile(Path file, String secret) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        if (Files.notExists(file)) {
            Files.createFile(file, mode);
        }
        return Files.writeString(file, secret + "\n", StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** Takes the configuration over with {@code more} at its end. */
    void reload(String more) throws IOException {
        daemon.reload(config(directory, yaml + more + "\n"));
    }

    /** As {@code serve} asks for a reload that was put off. */
    void reloadBy(Runnable reload) {
        daemon.reloadBy(reload);
    }

    /** Takes over the configuration with other accounts. */
    void reloadAccounts(String accounts) throws IOException {
        daemon.reload(config(directory, yaml(directory, accounts, cloud)));
    }

    UnixCaller caller() throws IOException {
        return UnixCaller.at(socket);
    }

    Path socket() {
        return socket;
    }

    /** Of which the watchdog wants a sign. */
    List<Organ> organs() {
        return daemon.organs();
    }

    /** What everybody is told of how it does. */
    String summary() {
        return daemon.summary();
    }

    /** Lets both clocks run, ringing on the way; returns when nothing is under way. */
    void advance(Duration duration) throws InterruptedException {
        workers.awaitQuiet(QUIET_LIMIT);
        long end = time.nanos() + duration.toNanos();
        while (wakeUp.armedAt() <= end && !workers.isDead()) {
            time.moveTo(wakeUp.armedAt());
            wakeUp.ring();
            workers.awaitQuiet(QUIET_LIMIT);
        }
        if (!workers.isDead()) {
            time.moveTo(end);
        }
    }

    /** Lets the clocks jump and rings once, without waiting for what that begins. */
    void jump(Duration duration) {
        time.pass(duration);
        if (wakeUp.armedAt() <= time.nanos()) {
            wakeUp.ring();
        }
    }

    /** Requests and renewals under way. */
    int running() {
        return workers.running();
    }

    void awaitQuiet() throws InterruptedException {
        workers.awaitQuiet(QUIET_LIMIT);
    }

    /** From now on nothing begins, as if the process had been killed. */
    void die() {
        workers.die();
    }

    boolean isDead() {
        return workers.isDead();
    }

    @Override
    public void close() {
        daemon.close();
    }
}
