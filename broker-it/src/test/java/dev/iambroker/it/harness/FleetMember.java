package dev.iambroker.it.harness;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A daemon of a fleet, on a machine of its own as far as it can tell: state, socket and configuration, and a strait to each
 * member of etcd. Keeps them over its restarts. Closing it ends the daemon and deletes its files.
 */
public final class FleetMember implements AutoCloseable {
    private final Workplace place = Workplace.create();
    private final List<Strait> straits = new ArrayList<>();
    private final StringBuilder logs = new StringBuilder();
    private String options = "-XX:TieredStopAtLevel=1";
    private @Nullable Daemon daemon;

    /**
     * @param yaml accounts and endpoints, with absolute paths
     * @param user what etcd is to be told besides certificates: members of {@code state.shared.etcd}, or empty
     * @param key the file with the fleet key
     */
    FleetMember(EtcdCluster etcd, String yaml, String user, Path key) throws IOException {
        for (int port : etcd.ports()) {
            straits.add(Strait.to(port));
        }
        String endpoints = straits.stream().map(FleetMember::url).collect(Collectors.joining(", "));
        Files.writeString(
                place.configFile(),
                yaml
                        + """
                state:
                  dir: %s
                  shared:
                    etcd: { endpoints: [ %s ], ca-file: %s, cert-file: %s, key-file: %s%s }
                    fleet-key: { file: %s }
                listen:
                  unix: { path: %s }
                """.formatted(
                                        place.state(),
                                        endpoints,
                                        etcd.caFile(),
                                        etcd.clientCertFile(),
                                        etcd.clientKeyFile(),
                                        user.isEmpty() ? "" : ", " + user,
                                        key,
                                        place.socket()));
    }

    private static String url(Strait strait) {
        try {
            return "\"https://127.0.0.1:" + strait.port() + "\"";
        } catch (IOException e) {
            throw new IllegalStateException("it was closed", e);
        }
    }

    /** What its JVM is started with from now on, instead of the quick compiler alone. */
    @CanIgnoreReturnValue
    public FleetMember options(String javaOptions) {
        options = javaOptions;
        return this;
    }

    public Workplace place() {
        return place;
    }

    /** How it is started. */
    public Program program() {
        return place.program("serve", "--config", place.configFile()).env("IAM_BROKER_JAVA_OPTS", options);
    }

    /** Starts it with what it has on disk, and waits until its socket answers. */
    public void start() throws IOException, InterruptedException {
        daemon = place.serve(program());
    }

    public Daemon daemon() {
        if (daemon == null) {
            throw new IllegalStateException("it was not started");
        }
        return daemon;
    }

    public boolean isRunning() {
        return daemon != null && daemon.isAlive();
    }

    public UnixHttp http() {
        return place.http();
    }

    public FleetView view() throws IOException {
        return FleetView.of(http());
    }

    public Scrape metrics() throws IOException {
        return Scrape.of(http());
    }

    /** As an update of the machine does it: ends it by SIGTERM, and starts it again. */
    public void restart() throws IOException, InterruptedException {
        daemon().terminate();
        if (daemon().awaitExit() != 0) {
            throw new IOException("it did not end well: " + daemon().log());
        }
        logs.append(daemon().log());
        start();
    }

    /** SIGKILL, and waits until it is gone. */
    public void kill() throws IOException {
        daemon().kill();
        logs.append(daemon().log());
        daemon = null;
    }

    /** Stops its process as it stands. */
    public void freeze() throws IOException, InterruptedException {
        daemon().signal("STOP");
    }

    public void thaw() throws IOException, InterruptedException {
        daemon().signal("CONT");
    }

    /** Parts it from all of etcd. */
    public void cutOff() {
        straits.forEach(Strait::cut);
    }

    public void join() {
        straits.forEach(Strait::open);
    }

    /** Deletes what it has on disk. Only while it does not run. */
    public void forget() throws IOException {
        if (Files.exists(place.state())) {
            Workplace.delete(place.state());
        }
    }

    /** Of all daemons that ran here. */
    public String log() throws IOException {
        return daemon == null ? logs.toString() : logs + daemon.log();
    }

    @Override
    public void close() throws IOException {
        if (daemon != null) {
            daemon.close();
        }
        straits.forEach(Strait::close);
        place.close();
    }
}
