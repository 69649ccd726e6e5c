package dev.iambroker.server.sink;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.token.Alarm;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells of changes, a while after the first of them and never two times at once. That nobody could be told is in the log
 * and in the metrics, and keeps nothing else from going on. Thread-safe.
 */
final class Notice {
    private static final Logger log = LoggerFactory.getLogger(Notice.class);

    private final Path sink;
    private final Duration debounce;
    private final Tidings tidings;
    private final SinkEvents events;
    private final Executor executor;
    private final Alarm alarm;

    @GuardedBy("this")
    private boolean isWanted;

    /** From the first change that nobody was told of until all were. */
    @GuardedBy("this")
    private boolean isBusy;

    @GuardedBy("this")
    private boolean isEnded;

    Notice(
            Path sink,
            Duration debounce,
            Tidings tidings,
            SinkEvents events,
            Executor executor,
            Function<Runnable, Alarm> alarms) {
        this.sink = sink;
        this.debounce = debounce;
        this.tidings = tidings;
        this.events = events;
        this.executor = executor;
        this.alarm = alarms.apply(this::ring);
    }

    synchronized void changed() {
        isWanted = true;
        if (!isBusy && !isEnded) {
            isBusy = true;
            alarm.arm(debounce.toNanos());
        }
    }

    private void ring() {
        try {
            executor.execute(this::tell);
        } catch (RejectedExecutionException e) {
            log.debug("the broker is stopping: nobody is told of {}", sink);
        }
    }

    private void tell() {
        if (!take()) {
            return;
        }
        try {
            tidings.tell();
            events.told(sink.toString(), true);
        } catch (SinkFailure e) {
            log.warn("sink {}: {}", sink, e.getMessage());
            events.told(sink.toString(), false);
        } catch (RuntimeException e) {
            log.error("sink {}: telling of a change failed in a way that should not happen", sink, e);
            events.told(sink.toString(), false);
        } finally {
            next();
        }
    }

    /** False where nothing is to be told any more. */
    private synchronized boolean take() {
        isWanted = false;
        return !isEnded;
    }

    private synchronized void next() {
        isBusy = false;
        if (isWanted) {
            changed();
        }
    }

    /** No more is told, and what is under way is cut off. @return whether there is a change that nobody was told of */
    boolean end() {
        boolean isUntold = endTelling();
        tidings.end();
        return isUntold;
    }

    private synchronized boolean endTelling() {
        isEnded = true;
        return isWanted;
    }
}
