package dev.iambroker.server.systemd;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The service manager that started this process, and what it is told: sd_notify(3). Where there is none nothing is told
 * to nobody. Never throws and never waits: a broker whose manager is deaf goes on serving. Thread-safe.
 */
public final class ServiceManager {
    private static final Logger log = LoggerFactory.getLogger(ServiceManager.class);

    private static final long NANOS_PER_MICRO = 1000;

    private final @Nullable NotifySocket socket;
    private final @Nullable Duration patience;
    private final LongSupplier monotonic;

    /** The newest state that the manager had no room for. */
    @GuardedBy("this")
    private String owed = "";

    @GuardedBy("this")
    private boolean isDeaf;

    private ServiceManager(@Nullable NotifySocket socket, @Nullable Duration patience, LongSupplier monotonic) {
        this.socket = socket;
        this.patience = patience;
        this.monotonic = monotonic;
    }

    /**
     * That of this process, or none.
     *
     * @param environment of this process
     * @param pid of this process
     * @param monotonic nanoseconds of CLOCK_MONOTONIC
     */
    public static ServiceManager of(Map<String, String> environment, long pid, LongSupplier monotonic) {
        String name = environment.getOrDefault("NOTIFY_SOCKET", "");
        if (name.isEmpty()) {
            return new ServiceManager(null, null, monotonic);
        }
        try {
            return new ServiceManager(NotifySocket.named(name), patience(environment, pid), monotonic);
        } catch (IllegalArgumentException e) {
            log.warn("the service manager is told nothing: {}", e.getMessage());
            return new ServiceManager(null, null, monotonic);
        }
    }

    private static @Nullable Duration patience(Map<String, String> environment, long pid) {
        String micros = environment.getOrDefault("WATCHDOG_USEC", "");
        String watched = environment.getOrDefault("WATCHDOG_PID", "");
        if (micros.isEmpty() || !(watched.isEmpty() || watched.equals(Long.toString(pid)))) {
            return null;
        }
        if (!micros.matches("0*[1-9][0-9]{0,14}")) {
            throw new IllegalArgumentException("WATCHDOG_USEC is no number of microseconds");
        }
        return Duration.ofNanos(Long.parseLong(micros) * NANOS_PER_MICRO);
    }

    /** Whether somebody listens. */
    public boolean isThere() {
        return socket != null;
    }

    /** How long it bears to hear no {@link #alive}; null where it does not watch. */
    public @Nullable Duration patience() {
        return patience;
    }

    /** The sockets are served, or a reload is over. */
    public void ready(String status) {
        state("READY=1\n" + statusLine(status));
    }

    /** A reload has begun; {@link #ready} ends it. */
    public void reloading() {
        state("RELOADING=1\nMONOTONIC_USEC=" + monotonic.getAsLong() / NANOS_PER_MICRO + "\n");
    }

    /** From now on it ends. */
    public void stopping() {
        state("STOPPING=1\n" + statusLine("stopping"));
    }

    /** What {@code systemctl status} shows to everybody: nothing that not everybody may know. */
    public void status(String status) {
        tell(statusLine(status));
    }

    /** Feeds the watchdog. */
    void alive() {
        tell("WATCHDOG=1\n");
    }

    private static String statusLine(String status) {
        return "STATUS=" + status.replaceAll("\\p{Cntrl}", " ") + "\n";
    }

    /** The state before it is over, told or not. */
    private synchronized void state(String lines) {
        owed = send(lines) ? "" : lines;
    }

    private synchronized void tell(String lines) {
        if (send(owed + lines)) {
            owed = "";
        }
    }

    /** What cannot be delivered at all will not be later either: only a queue that is full gets it again. */
    @GuardedBy("this")
    private boolean send(String lines) {
        if (socket == null) {
            return true;
        }
        try {
            boolean isTaken = socket.send(lines);
            isDeaf = false;
            return isTaken;
        } catch (IOException e) {
            if (!isDeaf) {
                log.warn("the service manager cannot be told how the daemon does: {}", e.getMessage());
            }
            isDeaf = true;
            return true;
        }
    }
}
