package dev.iambroker.it.harness;

import dev.iambroker.emulator.http.LoopbackPort;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A member of an {@link EtcdCluster}, whose certificates lie where it is. Keeps its ports and its data over its restarts. */
public final class EtcdMember implements AutoCloseable {
    private final Path directory;
    private final String name;
    private final int port;
    private final int peerPort;
    private final Strait strait;
    private String cluster = "";
    private List<String> options = List.of();
    private @Nullable Process process;

    private EtcdMember(Path directory, String name, int port, int peerPort, Strait strait) {
        this.directory = directory;
        this.name = name;
        this.port = port;
        this.peerPort = peerPort;
        this.strait = strait;
    }

    static EtcdMember in(Path directory, String name) throws IOException {
        int peerPort = LoopbackPort.free();
        return new EtcdMember(directory, name, LoopbackPort.free(), peerPort, Strait.to(peerPort));
    }

    /** @param members all of them, as etcd takes them */
    void cluster(String members) {
        cluster = members;
    }

    /** @param more of its command line */
    void options(List<String> more) {
        options = List.copyOf(more);
    }

    public String name() {
        return name;
    }

    public int port() {
        return port;
    }

    /** Between it and those that the others send. */
    Strait strait() {
        return strait;
    }

    String peerUrl() {
        try {
            return "https://127.0.0.1:" + strait.port();
        } catch (IOException e) {
            throw new IllegalStateException("it was closed", e);
        }
    }

    Path data() {
        return directory.resolve(name);
    }

    /** Starts it with what it has on disk, and does not wait. */
    public void start() throws IOException {
        Path nothing = Path.of("/dev/null");
        process = Program.of("etcd", "--name", name, "--data-dir", data(), "--log-level", "warn")
                // What is tested is not the disk of this machine.
                .with("--unsafe-no-fsync")
                // As docs/fleet.md asks for: a member that returns does not depose the leader, which would begin each
                // lease anew.
                .with("--pre-vote")
                .with("--listen-client-urls", url(port), "--advertise-client-urls", url(port))
                .with("--listen-peer-urls", url(peerPort), "--initial-advertise-peer-urls", peerUrl())
                .with("--initial-cluster", cluster, "--initial-cluster-token", directory.getFileName())
                .with("--client-cert-auth", "--trusted-ca-file", directory.resolve("ca.pem"))
                .with("--cert-file", directory.resolve("member.pem"))
                .with("--key-file", directory.resolve("member.key"))
                .with("--peer-client-cert-auth", "--peer-trusted-ca-file", directory.resolve("ca.pem"))
                .with("--peer-cert-file", directory.resolve("member.pem"))
                .with("--peer-key-file", directory.resolve("member.key"))
                .with(options.toArray())
                .in(directory)
                .start(Redirect.from(nothing.toFile()), nothing, logFile());
    }

    private static String url(int port) {
        return "https://127.0.0.1:" + port;
    }

    private Path logFile() {
        return directory.resolve(name + ".log");
    }

    /** What its last run wrote so far. */
    public String log() throws IOException {
        return Files.exists(logFile()) ? Files.readString(logFile()) : "";
    }

    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    long pid() {
        if (process == null) {
            throw new IllegalStateException(name + " was not started");
        }
        return process.pid();
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() {
        if (process != null) {
            Children.kill(process);
        }
    }

    /** Sends it a signal by its name, such as {@code STOP}. */
    public void signal(String signal) throws IOException, InterruptedException {
        Signals.send(signal, pid());
    }

    @Override
    public void close() {
        kill();
        strait.close();
    }
}
