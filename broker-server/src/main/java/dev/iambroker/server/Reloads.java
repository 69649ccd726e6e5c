package dev.iambroker.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.secret.SecretUnavailable;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.server.config.ConfigDiff;
import dev.iambroker.server.config.Loading;
import dev.iambroker.server.config.LogSettings;
import dev.iambroker.store.StoreFailure;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the configuration again whenever it is told to, one time after the other: however often it is told while it
 * does, once more is enough. A file that cannot be applied whole changes nothing. Thread-safe.
 */
final class Reloads {
    private static final Logger log = LoggerFactory.getLogger(Reloads.class);

    private static final String STAYS = "the configuration in use stays";

    /** What a process cannot change of itself: its store is open, its sockets are known to clients. */
    private static final List<String> NEEDS_RESTART = List.of("listen", "state", "audit");

    private final Supplier<Loading> source;
    private final Consumer<LogSettings> logging;
    private Loading.Loaded inForce;

    private volatile boolean isRefused;

    @GuardedBy("this")
    private boolean isWanted;

    /**
     * @param source reads the file as a start does
     * @param inForce what the daemon runs with
     */
    Reloads(Supplier<Loading> source, Loading.Loaded inForce, Consumer<LogSettings> logging) {
        this.source = source;
        this.inForce = inForce;
        this.logging = logging;
    }

    /** Asks for a reload; returns at once. Also before {@link #serve}, which then begins with it. */
    void request() {
        request(() -> {});
    }

    /** @param first done before anybody can hear of the end of an earlier reload */
    synchronized void request(Runnable first) {
        first.run();
        isWanted = true;
        notifyAll();
    }

    /**
     * Reloads as often as it is asked to, until its thread is interrupted.
     *
     * @param before done each time, whatever becomes of the file
     * @param after done when a reload is over and no other is asked for
     */
    void serve(Function<BrokerConfig, List<String>> daemon, Runnable before, Runnable after) {
        try {
            while (true) {
                awaitRequest();
                before.run();
                reload(daemon);
                unlessWanted(after);
            }
        } catch (InterruptedException e) {
            log.debug("the reload thread was interrupted and ends");
        }
    }

    private synchronized void awaitRequest() throws InterruptedException {
        while (!isWanted) {
            wait();
        }
        isWanted = false;
    }

    /** Under the lock: a request that comes now is told of after this. */
    private synchronized void unlessWanted(Runnable after) {
        if (!isWanted) {
            after.run();
        }
    }

    /** Whether the file, as it was when it was last looked at, is not in force because something is wrong with it. */
    boolean isRefused() {
        return isRefused;
    }

    /** @param daemon takes a configuration over, and tells what else changed */
    void reload(Function<BrokerConfig, List<String>> daemon) {
        isRefused = true;
        try {
            switch (source.get()) {
                case Loading.Refused refused -> refuse(refused);
                case Loading.Loaded loaded -> reload(daemon, loaded);
            }
        } catch (TakenOverLater e) {
            isRefused = false;
            log.warn("reload: {}", e.getMessage());
        } catch (StoreFailure | SecretUnavailable | IllegalArgumentException e) {
            log.error("{}: {}", e.getMessage(), STAYS);
        } catch (RuntimeException e) {
            // The thread must live on for the next one.
            log.error("a reload failed in a way that should not happen", e);
        }
    }

    private static void refuse(Loading.Refused refused) {
        refused.problems().forEach(problem -> log.error("{}", problem.text()));
        int problems = refused.problems().size();
        log.error("the configuration has {}: {}", problems == 1 ? "1 problem" : problems + " problems", STAYS);
    }

    private void reload(Function<BrokerConfig, List<String>> daemon, Loading.Loaded loaded) {
        ConfigDiff diff = ConfigDiff.between(inForce, loaded);
        List<String> fixed = diff.keys().stream().filter(Reloads::needsRestart).toList();
        if (!fixed.isEmpty()) {
            log.error(
                    "{} cannot be changed while the daemon runs: restart it, or take the change back; {}",
                    String.join(", ", fixed),
                    STAYS);
            return;
        }
        List<String> changes = new ArrayList<>(diff.words());
        changes.addAll(daemon.apply(loaded.config()));
        if (!loaded.config().log().equals(inForce.config().log())) {
            logging.accept(loaded.config().log());
        }
        inForce = loaded;
        isRefused = false;
        tell(loaded, changes);
    }

    private static boolean needsRestart(String key) {
        return NEEDS_RESTART.contains(key.split("\\.", 2)[0]);
    }

    private static void tell(Loading.Loaded loaded, List<String> changes) {
        loaded.warnings().forEach(warning -> log.warn("{}", warning.text()));
        changes.forEach(change -> log.info("reload: {}", change));
        log.info(
                "reloaded {}: {}",
                loaded.config().file(),
                switch (changes.size()) {
                    case 0 -> "nothing changed";
                    case 1 -> "1 change";
                    default -> changes.size() + " changes";
                });
    }
}
