package dev.iambroker.fleet.etcd;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The two threads of a fleet: its lane, and that of its lease. Both are daemons. */
final class LaneThread implements Lane {
    private static final Logger log = LoggerFactory.getLogger(LaneThread.class);
    private static final Duration BETWEEN_TICKS = Duration.ofMillis(250);
    private static final long PATIENCE_SECONDS = 12;

    private final ScheduledThreadPoolExecutor lane = thread("iam-broker-fleet");
    private final ScheduledThreadPoolExecutor lease = thread("iam-broker-lease");

    private static ScheduledThreadPoolExecutor thread(String name) {
        var executor = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name(name).factory());
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        return executor;
    }

    /**
     * Begins to call both until it is closed.
     *
     * @param keepLease says when it is to be called again
     */
    void begin(Runnable tick, Supplier<Duration> keepLease) {
        var unused = lane.scheduleWithFixedDelay(
                guarded(tick), BETWEEN_TICKS.toMillis(), BETWEEN_TICKS.toMillis(), TimeUnit.MILLISECONDS);
        keep(keepLease, Duration.ZERO);
    }

    private void keep(Supplier<Duration> keepLease, Duration after) {
        try {
            var unused = lease.schedule(() -> keep(keepLease), after.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("the fleet was left");
        }
    }

    private void keep(Supplier<Duration> keepLease) {
        Duration next = BETWEEN_TICKS;
        try {
            next = keepLease.get();
        } catch (RuntimeException | Error e) {
            log.error("keeping the lease in the fleet failed", e);
        } finally {
            keep(keepLease, next);
        }
    }

    @Override
    public void execute(Runnable work) {
        try {
            lane.execute(guarded(work));
        } catch (RejectedExecutionException e) {
            log.debug("the fleet was left");
        }
    }

    /** One piece that fails is no reason not to do the next. */
    private static Runnable guarded(Runnable work) {
        return () -> {
            try {
                work.run();
            } catch (RuntimeException | Error e) {
                // Thrown on, it would end all later ticks in silence, while the lease is kept.
                log.error("a piece of the fleet's work failed", e);
            }
        };
    }

    @Override
    public void run(Runnable work) {
        try {
            lane.submit(work).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException("a piece of the fleet's work failed", e);
        } catch (TimeoutException e) {
            log.warn("etcd is slow: going on without it for now");
        } catch (RejectedExecutionException e) {
            log.debug("the fleet was left");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        lease.shutdownNow();
        lane.shutdownNow();
    }
}
