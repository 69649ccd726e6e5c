package dev.iambroker.server;

import dev.iambroker.server.systemd.Heartbeat;
import dev.iambroker.server.systemd.ServiceManager;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the service manager hears of this process, from its start to its end. Thread-safe. */
final class Supervision {
    private static final Logger log = LoggerFactory.getLogger(Supervision.class);

    private static final String REFUSED = "; the changed configuration was refused: see the log";

    private final ServiceManager manager;
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("iam-broker-watchdog").factory());

    Supervision(ServiceManager manager) {
        this.manager = manager;
    }

    static Supervision ofThisProcess(Map<String, String> environment) {
        // Of a JVM on Linux this clock is CLOCK_MONOTONIC, by which the manager tells a reload from the one before.
        return new Supervision(
                ServiceManager.of(environment, ProcessHandle.current().pid(), System::nanoTime));
    }

    void starting() {
        manager.status("starting");
    }

    /** Why stands in the log, which fewer may read than the status. */
    void failed() {
        manager.status("could not start: see the log");
    }

    void reloading() {
        manager.reloading();
    }

    void reloaded(Daemon daemon, boolean isRefused) {
        manager.ready(daemon.summary() + (isRefused ? REFUSED : ""));
    }

    void stopping() {
        beats.shutdownNow();
        manager.stopping();
    }

    /** The sockets of {@code daemon} are served; from now on the manager hears how it does, while the process lives. */
    // A beat that fails is in the log.
    @SuppressWarnings("FutureReturnValueIgnored")
    void serving(Daemon daemon, BooleanSupplier isRefused) {
        if (!manager.isThere()) {
            return;
        }
        reloaded(daemon, isRefused.getAsBoolean());
        var heartbeat = new Heartbeat(
                manager, daemon.organs(), () -> daemon.summary() + (isRefused.getAsBoolean() ? REFUSED : ""));
        long nanos = heartbeat.interval().toNanos();
        beats.scheduleAtFixedRate(() -> beat(heartbeat), 0, nanos, TimeUnit.NANOSECONDS);
    }

    /** A failure of one beat must not end all later ones. */
    private static void beat(Heartbeat heartbeat) {
        try {
            heartbeat.beat();
        } catch (RuntimeException e) {
            log.error("a beat for the watchdog failed in a way that should not happen", e);
        }
    }
}
