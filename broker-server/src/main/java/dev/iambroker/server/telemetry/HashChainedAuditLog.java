package dev.iambroker.server.telemetry;

import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.AuditLog;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log as lines of JSON, each with the SHA-256 of the line before, so that a changed, missing or added line
 * shows. One thread writes what has gathered since its last write. Callers never wait: what finds no room is counted, and
 * the next line says how many were missed.
 *
 * <p>A record survives the end of the process as soon as it is written; it is not synced one by one, because that would
 * make the sessions' syncs on the same disk wait.
 */
public final class HashChainedAuditLog implements AuditLog, AutoCloseable {
    /** Some seconds of full load, at a few hundred bytes each. */
    private static final int MOST_WAITING = 16 * 1024;

    private static final int MOST_AT_ONCE = 1024;
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(HashChainedAuditLog.class);

    private final AuditFile file;
    private final Runnable onRecord;
    private final Thread writer;

    /** Empty means: nothing follows. */
    private final BlockingQueue<Optional<AuditEvent>> waiting = new ArrayBlockingQueue<>(MOST_WAITING);

    private final AtomicLong missed = new AtomicLong();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /** The writer's own: whether the last write failed, so that each trouble is logged once. */
    private boolean isFailing;

    private HashChainedAuditLog(AuditFile file, ThreadFactory threads, Runnable onRecord) {
        this.file = file;
        this.onRecord = onRecord;
        this.writer = threads.newThread(this::writeUntilClosed);
    }

    /**
     * Opens or goes on with the log in {@code file}. What a crash left half written at its end is kept aside.
     *
     * @param threads makes the one writer thread
     * @param onRecord called after each record written, on the writer thread
     * @throws dev.iambroker.store.StoreFailure if the file cannot be opened
     */
    public static HashChainedAuditLog open(Path file, ThreadFactory threads, Runnable onRecord) {
        var audit = new HashChainedAuditLog(AuditFile.open(file.toAbsolutePath()), threads, onRecord);
        audit.writer.start();
        return audit;
    }

    @Override
    public void record(AuditEvent event) {
        if (isClosed.get() || !waiting.offer(Optional.of(event))) {
            missed.incrementAndGet();
        }
    }

    private void writeUntilClosed() {
        List<Optional<AuditEvent>> batch = new ArrayList<>();
        boolean isOpen = true;
        while (isOpen) {
            isOpen = take(batch) && batch.stream().allMatch(Optional::isPresent);
            write(batch.stream().flatMap(Optional::stream).toList());
            batch.clear();
        }
    }

    /** Waits for something to write; false when the thread is told to end instead. */
    private boolean take(List<Optional<AuditEvent>> batch) {
        try {
            batch.add(waiting.take());
        } catch (InterruptedException e) {
            return false;
        }
        waiting.drainTo(batch, MOST_AT_ONCE);
        return true;
    }

    private void write(List<AuditEvent> events) {
        if (events.isEmpty()) {
            return;
        }
        long gap = missed.getAndSet(0);
        try {
            file.append(events, gap);
            events.forEach(event -> onRecord.run());
            succeeded(gap);
        } catch (IOException e) {
            missed.addAndGet(gap + events.size());
            failed(e);
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

    /** Writes what waits, within a few seconds, and syncs it. Idempotent. */
    @Override
    public void close() {
        if (!isClosed.compareAndSet(false, true)) {
            return;
        }
        try {
            end();
            file.close();
            tellMissed();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            log.error("the end of the audit log may not be on disk: {}", e.getMessage());
        }
    }

    private void end() throws InterruptedException, IOException {
        boolean isTold = waiting.offer(Optional.empty(), LONGEST_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
        if (!isTold || !writer.join(LONGEST_CLOSE)) {
            throw new IOException("the disk did not take it within " + LONGEST_CLOSE.toSeconds() + " s");
        }
    }

    private void tellMissed() {
        if (missed.get() > 0) {
            log.error("the audit log ends with {} records missed", missed.get());
        }
    }
}
