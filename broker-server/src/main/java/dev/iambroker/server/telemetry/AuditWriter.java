package dev.iambroker.server.telemetry;

import dev.iambroker.event.AuditEvent;
import dev.iambroker.server.telemetry.HashChainedAuditLog.Listener;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one writer of the audit log.
 *
 * <h2>Sync</h2>
 *
 * A line is written within milliseconds. Refusals and what administrators do are on disk within {@link #SYNC_OF_REFUSALS}, hand-outs
 * within {@link #SYNC_OF_HAND_OUTS}; all that gathered by then with one sync, and with it the head. One sync for each line
 * would make the sessions' syncs on the same disk wait. Where records are required a hand-out waits for its sync and its
 * head, and all that wait meanwhile share the next.
 *
 * <h2>Repeats</h2>
 *
 * {@link Repeats} collapses them, so a crash loses at most a minute's count of them. Where records are required each
 * hand-out has its line.
 */
final class AuditWriter implements Runnable {
    static final Duration SYNC_OF_REFUSALS = Duration.ofMillis(100);
    static final Duration SYNC_OF_HAND_OUTS = Duration.ofSeconds(1);

    /**
     * How long is waited for more: each batch wakes this thread, at the cost of an event loop. And what comes alone is written
     * when its client has its answer: sooner, this thread would take the core that the client wakes up on.
     */
    private static final Duration GATHERING = Duration.ofMillis(2);

    private static final int MOST_AT_ONCE = 1024;
    private static final Logger log = LoggerFactory.getLogger(AuditWriter.class);

    private final AuditFile file;
    private final BlockingQueue<AuditJob> waiting;
    private final AtomicLong missed;
    private final boolean isEachHandOutALine;
    private final Listener listener;
    private final LongSupplier nanos;
    private final Repeats repeats = new Repeats();

    /** When what was written must be on disk; null where it is. */
    private @Nullable Long syncAt;

    /** Whether the last write or sync failed, so that each trouble is logged once. */
    private boolean isFailing;

    private boolean isSyncFailing;

    /** How many of the missed the listener was told of, since the log said last how many there were. */
    private long toldMissed;

    AuditWriter(
            AuditFile file,
            BlockingQueue<AuditJob> waiting,
            AtomicLong missed,
            boolean isEachHandOutALine,
            Listener listener,
            LongSupplier nanos) {
        this.file = file;
        this.waiting = waiting;
        this.missed = missed;
        this.isEachHandOutALine = isEachHandOutALine;
        this.listener = listener;
        this.nanos = nanos;
    }

    @Override
    public void run() {
        List<AuditJob> jobs = new ArrayList<>();
        boolean isOpen = true;
        while (isOpen) {
            jobs.clear();
            isOpen = take(jobs) && jobs.stream().noneMatch(AuditJob.End.class::isInstance);
            work(jobs, isOpen);
        }
    }

    /** Waits for something to do or for a time to do it; false when the thread is told to end instead. */
    private boolean take(List<AuditJob> jobs) {
        try {
            Long wakeAt = earlier(syncAt, repeats.nextEnd());
            AuditJob first = wakeAt == null
                    ? waiting.take()
                    : waiting.poll(Math.max(0, wakeAt - nanos.getAsLong()), TimeUnit.NANOSECONDS);
            if (first != null) {
                jobs.add(first);
                gather(first);
                waiting.drainTo(jobs, MOST_AT_ONCE);
            }
            return true;
        } catch (InterruptedException e) {
            return false;
        }
    }

    /** What somebody waits for is done at once. */
    private void gather(AuditJob first) throws InterruptedException {
        if (first instanceof AuditJob.Event && !isEachHandOutALine) {
            TimeUnit.NANOSECONDS.sleep(GATHERING.toNanos());
        }
    }

    private static @Nullable Long earlier(@Nullable Long a, @Nullable Long b) {
        if (a == null || b == null) {
            return a == null ? b : a;
        }
        return a - b < 0 ? a : b;
    }

    private void work(List<AuditJob> jobs, boolean isOpen) {
        long now = nanos.getAsLong();
        write(repeats.ended(now), List.of(), now);
        List<AuditEntry> lines = new ArrayList<>();
        List<CompletableFuture<@Nullable Void>> waiters = new ArrayList<>();
        for (AuditJob job : jobs) {
            switch (job) {
                case AuditJob.Event event -> take(event, now, lines, waiters);
                case AuditJob.Reopen reopen -> reopen();
                case AuditJob.End end -> {}
            }
        }
        write(lines, waiters, now);
        if (!isOpen) {
            write(repeats.all(), List.of(), now);
        }
        syncWhenDue();
        tellMissed(missed.get());
    }

    private void take(
            AuditJob.Event job, long now, List<AuditEntry> lines, List<CompletableFuture<@Nullable Void>> waiters) {
        AuditEvent event = job.event();
        boolean isLineOfItsOwn = isEachHandOutALine && event.isHandOut();
        if (isLineOfItsOwn || !repeats.absorb(event, job.tally(), now)) {
            lines.add(AuditEntry.of(event));
            if (!isLineOfItsOwn) {
                repeats.begin(event, job.tally(), now);
            }
        }
        if (job.written() != null) {
            waiters.add(job.written());
        }
    }

    /** @param now from when on it is counted how long they are not on disk */
    private void write(List<AuditEntry> lines, List<CompletableFuture<@Nullable Void>> waiters, long now) {
        if (lines.isEmpty()) {
            release(waiters);
            return;
        }
        long gap = missed.getAndSet(0);
        tellMissed(gap);
        try {
            file.append(lines, gap);
            toldMissed = 0;
            lines.forEach(line -> listener.recorded());
            lines.forEach(line -> syncIn(line, now));
            succeeded(gap);
            release(waiters);
        } catch (IOException e) {
            missed.addAndGet(gap + lines.stream().mapToLong(this::missedWith).sum());
            failed(e);
            waiters.forEach(waiter -> waiter.completeExceptionally(e));
        }
    }

    /** One sync for all who wait: what they hand out must not outlive its record, nor the head that counts it. */
    private void release(List<CompletableFuture<@Nullable Void>> waiters) {
        if (waiters.isEmpty()) {
            return;
        }
        IOException failure = sync();
        for (CompletableFuture<@Nullable Void> waiter : waiters) {
            if (failure == null) {
                waiter.complete(null);
            } else {
                waiter.completeExceptionally(failure);
            }
        }
    }

    private void syncIn(AuditEntry line, long now) {
        Duration within = line.event().isHandOut() ? SYNC_OF_HAND_OUTS : SYNC_OF_REFUSALS;
        syncAt = earlier(syncAt, now + within.toNanos());
    }

    private void syncWhenDue() {
        if (syncAt != null && syncAt - nanos.getAsLong() <= 0) {
            sync();
        }
    }

    /** Null where all is on disk. */
    private @Nullable IOException sync() {
        try {
            file.sync();
            syncAt = null;
            isSyncFailing = false;
            return null;
        } catch (IOException e) {
            syncAt = nanos.getAsLong() + SYNC_OF_HAND_OUTS.toNanos();
            if (!isSyncFailing) {
                log.error("the audit log is not on disk yet, it is tried again: {}", e.getMessage());
            }
            isSyncFailing = true;
            return e;
        }
    }

    private void reopen() {
        try {
            file.reopen();
        } catch (IOException e) {
            log.error("the audit log goes on in the file that was moved away: {}", e.getMessage());
        }
    }

    private void succeeded(long gap) {
        if (gap > 0 || isFailing) {
            log.warn("the audit log is written again; {} records were missed", gap);
        }
        isFailing = false;
    }

    private void failed(IOException failure) {
        if (!isFailing) {
            log.error("the audit log cannot be written, records are being missed: {}", failure.getMessage());
        }
        isFailing = true;
    }

    private long missedWith(AuditEntry line) {
        // A hand-out that had to be recorded did not happen.
        boolean happened = !(isEachHandOutALine && line.event().isHandOut());
        return happened ? line.count() + repeats.forget(line.event()) : 0;
    }

    private void tellMissed(long outstanding) {
        if (outstanding > toldMissed) {
            listener.missed(outstanding - toldMissed);
            toldMissed = outstanding;
        }
    }
}
