package dev.iambroker.it.harness;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.emulator.Emulator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A temporary directory for one broker: its configuration, secrets, state and socket. The state outlives each daemon started here,
 * so that a test may kill one and start the next.
 *
 * <pre>{@code
 * try (var cloud = SampleCloud.start(); var place = Workplace.create()) {
 *     place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
 *     place.configure(cloud.emulator(), """
 *             accounts:
 *               prod: { api-key: { file: %s/prod-key }, account-id: %s }
 *             """.formatted(place.directory(), EmulatedCloud.PROD_ACCOUNT));
 *     try (var daemon = place.serve()) {
 *         Answer token = place.http().get("/v1/accounts/prod/token");
 *         Ran status = place.cli("status").run();
 *         daemon.kill();
 *     }
 *     try (var next = place.serve()) { … }
 * }
 * }</pre>
 *
 * Ownership: closing it deletes the directory; daemons started here are closed before.
 */
public final class Workplace implements AutoCloseable {
    private final Path directory;

    private Workplace(Path directory) {
        this.directory = directory;
    }

    public static Workplace create() throws IOException {
        return new Workplace(Files.createTempDirectory("iam-broker-it-"));
    }

    public Path directory() {
        return directory;
    }

    public Path socket() {
        return directory.resolve("run/broker.sock");
    }

    /** Where the sessions are. */
    public Path state() {
        return directory.resolve("state");
    }

    public Path configFile() {
        return directory.resolve("broker.yaml");
    }

    /** Writes a secret that its owner alone may read, with a newline as an editor leaves it. */
    @CanIgnoreReturnValue
    public Path secret(String name, String value) throws IOException {
        Path file = Files.writeString(directory.resolve(name), value + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    }

    /** A configuration with the endpoints of that cloud, the socket and the state of this place, and what is given. */
    @CanIgnoreReturnValue
    public Path configure(Emulator emulator, String more) throws IOException {
        return configure(endpoints(emulator) + more);
    }

    /** As {@link #configure(Emulator, String)}, with the endpoints among what is given. {@code listen} may follow at its end. */
    @CanIgnoreReturnValue
    public Path configure(String yaml) throws IOException {
        String own = """
                state: { dir: %s }
                listen:
                  unix: { path: %s }
                """.formatted(state(), socket());
        return Files.writeString(configFile(), yaml + own);
    }

    /** Adds lines to the configuration's end, which is inside {@code listen:}. */
    @CanIgnoreReturnValue
    public Path configureMore(String lines) throws IOException {
        return Files.writeString(configFile(), Files.readString(configFile()) + lines);
    }

    public static String endpoints(Emulator emulator) {
        return """
                cloud: ibm-cloud
                endpoints: { iam: "%s", accounts: "%s", containers: "%s" }
                """.formatted(emulator.iamUrl(), emulator.accountsUrl(), emulator.containersUrl());
    }

    /**
     * Starts a daemon and waits until its socket answers.
     *
     * @throws AssertionError with its log if it ends or stays silent instead
     */
    public Daemon serve() throws IOException, InterruptedException {
        return Daemon.start(this, program("serve", "--config", configFile()));
    }

    /** As {@link #serve()}, by another command line: a launcher elsewhere, or one in the environment of a fault. */
    public Daemon serve(Program program) throws IOException, InterruptedException {
        return Daemon.start(this, program);
    }

    /** A command of the distribution, as it stands. Its home is this place. */
    public Program program(Object... arguments) {
        return Program.of(Checkout.launcher())
                .with(arguments)
                .env("HOME", directory)
                .in(directory);
    }

    /** A client command to the daemon of this place. */
    public Program cli(Object... arguments) {
        return program("--socket", socket()).with(arguments);
    }

    /** As {@link #cli}, run to its end. */
    public Ran run(Object... arguments) throws IOException, InterruptedException {
        return cli(arguments).run();
    }

    public UnixHttp http() {
        return new UnixHttp(socket());
    }

    @Override
    public void close() throws IOException {
        delete(directory);
    }

    static void delete(Path tree) throws IOException {
        try (Stream<Path> files = Files.walk(tree)) {
            List<Path> leavesFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : leavesFirst) {
                Files.deleteIfExists(file);
            }
        }
    }
}
