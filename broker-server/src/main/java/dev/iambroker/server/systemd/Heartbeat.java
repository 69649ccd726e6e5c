package dev.iambroker.server.systemd;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager that the daemon lives, for as long as all of its organs do. At each beat every organ is
 * asked for a sign; the watchdog is fed when the last of them came. Of one that hangs no sign comes, so nothing feeds
 * the watchdog any more, until it goes on. Thread-safe.
 */
public final class Heartbeat {
    private static final Logger log = LoggerFactory.getLogger(Heartbeat.class);

    /** For whoever looks at the status after a start or a login; the watchdog alone would bear to wait for longer. */
    private static final Duration STATUS_AGE = Duration.ofSeconds(5);

    private final ServiceManager manager;
    private final List<Organ> organs;
    private final Supplier<String> status;

    @GuardedBy("this")
    private final Set<String> silent = new LinkedHashSet<>();

    @GuardedBy("this")
    private boolean isMissed;

    @GuardedBy("this")
    private String told = "";

    /**
     * A part without which the daemon is of no use.
     *
     * @param name for the log
     * @param probe does what the part does all day, and calls what it is given when that is done; must not wait itself
     */
    public record Organ(String name, Probe probe) {
        /** Asks for a sign of life. */
        @FunctionalInterface
        public interface Probe {
            void ask(Runnable sign);
        }
    }

    /** @param status what is told at the first beat, and whenever it has changed */
    public Heartbeat(ServiceManager manager, List<Organ> organs, Supplier<String> status) {
        this.manager = manager;
        this.organs = List.copyOf(organs);
        this.status = status;
    }

    /** How far apart beats are to be: at most half of the manager's patience, as it asks for itself. */
    public Duration interval() {
        Duration patience = manager.patience();
        Duration half = patience == null ? STATUS_AGE : patience.dividedBy(2);
        return half.compareTo(STATUS_AGE) < 0 ? half : STATUS_AGE;
    }

    /** One beat. While an organ still owes a sign of an earlier one, no other is asked for anything. */
    public void beat() {
        if (isRoundUnderWay()) {
            return;
        }
        tellStatus();
        for (Organ organ : organs) {
            organ.probe().ask(() -> signed(organ.name()));
        }
    }

    private synchronized boolean isRoundUnderWay() {
        if (silent.isEmpty()) {
            organs.forEach(organ -> silent.add(organ.name()));
            return false;
        }
        if (!isMissed) {
            log.warn(
                    "no sign of life from the {} for {} s: the watchdog is not fed until there is one",
                    String.join(", ", silent),
                    interval().toSeconds());
            isMissed = true;
        }
        return true;
    }

    private void tellStatus() {
        String now = status.get();
        synchronized (this) {
            if (now.equals(told)) {
                return;
            }
            told = now;
        }
        manager.status(now);
    }

    private synchronized void signed(String organ) {
        if (silent.remove(organ) && silent.isEmpty()) {
            isMissed = false;
            manager.alive();
        }
    }
}
