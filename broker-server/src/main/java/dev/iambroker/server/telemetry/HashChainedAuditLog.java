package dev.iambroker.server.telemetry;

import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.AuditLog;
import dev.iambroker.event.AuditUnavailable;
import dev.iambroker.event.Tally;
import dev.iambroker.store.AuditVault;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The audit log as lines of JSON, each with the SHA-256 of the line before and a MAC, so that a changed, missing or added
 * line shows to whoever holds a state key. One thread, {@link AuditWriter}, writes what has gathered since its last write.
 *
 * <p>Callers of {@link #record} never wait: what finds no room is counted, and the next line says how many were missed.
 * Callers of {@link #require} wait until their line is on disk and the head counts it. A line survives the end of the process as soon as it is
 * there; when it survives a loss of power {@link AuditWriter} says.
 */
public final class HashChainedAuditLog implements AuditLog, AutoCloseable {
    /** Some seconds of full load, at a few hundred bytes each. */
    private static final int MOST_WAITING = 16 * 1024;

    private static final int KEPT_FOR_WHAT_WAS_ALLOWED = MOST_WAITING / 4;

    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(5);

    /** How long a hand-out waits for a disk that hangs. */
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(HashChainedAuditLog.class);

    private final Settings settings;
    private final AuditFile file;
    private final AuditWriter work;
    private final Thread writer;
    private final BlockingQueue<AuditJob> waiting = new ArrayBlockingQueue<>(MOST_WAITING);
    private final AtomicLong missed = new AtomicLong();
    private final AtomicBoolean isClosed = new AtomicBoolean();

    /**
     * What an audit log is made of.
     *
     * @param file where it is, absolute
     * @param isRequired whether nothing may be handed out without its record
     * @param vault proves it
     */
    public record Settings(Path file, boolean isRequired, AuditVault vault) {}

    /** What is told of a log, on its writer's thread. */
    public interface Listener {
        /** A line was written. */
        void recorded();

        /** So many events found no way into the log. */
        void missed(long events);
    }

    private HashChainedAuditLog(
            Settings settings, AuditFile file, ThreadFactory threads, Listener listener, LongSupplier nanos) {
        this.settings = settings;
        this.file = file;
        this.work = new AuditWriter(file, waiting, missed, settings.isRequired(), listener, nanos);
        this.writer = threads.newThread(work);
    }

    /**
     * Opens or goes on with a log. What a crash left half written at its end is kept aside.
     *
     * @param threads makes the one writer thread
     * @param nanos monotonic clock
     * @throws dev.iambroker.store.StoreFailure if the file cannot be opened
     */
    public static HashChainedAuditLog open(
            Settings settings, ThreadFactory threads, Listener listener, LongSupplier nanos) {
        return open(settings, AuditFile.open(settings.file(), settings.vault()), threads, listener, nanos);
    }

    static HashChainedAuditLog open(
            Settings settings, AuditFile file, ThreadFactory threads, Listener listener, LongSupplier nanos) {
        var audit = new HashChainedAuditLog(settings, file, threads, listener, nanos);
        audit.writer.start();
        return audit;
    }

    @Override
    public void record(AuditEvent event) {
        offer(event, null);
    }

    @Override
    public @Nullable Tally recordFirst(AuditEvent event) {
        RepeatTally tally = new RepeatTally(event);
        return offer(event, tally) ? tally : null;
    }

    private boolean offer(AuditEvent event, @Nullable RepeatTally tally) {
        // Refusals cost their sender nothing: a flood of them must not take the room of what was handed out.
        boolean hasRoom = event.allowed() || waiting.remainingCapacity() > KEPT_FOR_WHAT_WAS_ALLOWED;
        boolean isTaken = !isClosed.get() && hasRoom && waiting.offer(new AuditJob.Event(event, null, tally));
        if (!isTaken) {
            missed.incrementAndGet();
        }
        return isTaken;
    }

    @Override
    public boolean isRequired() {
        return settings.isRequired();
    }

    @Override
    public void require(AuditEvent event) {
        var written = new CompletableFuture<@Nullable Void>();
        try {
            boolean isTaken = !isClosed.get()
                    && waiting.offer(
                            new AuditJob.Event(event, written, null), LONGEST_WRITE.toMillis(), TimeUnit.MILLISECONDS);
            if (!isTaken) {
                throw new AuditUnavailable("the audit log takes no more records");
            }
            written.get(LONGEST_WRITE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AuditUnavailable("the broker is stopping");
        } catch (ExecutionException | TimeoutException e) {
            throw new AuditUnavailable("the record was not written");
        }
    }

    /** Begins a new file where the one in use was moved away. Returns at once. */
    public void reopen() {
        if (!isClosed.get() && !waiting.offer(new AuditJob.Reopen())) {
            log.warn("the audit log is too busy to look whether its file was moved away: ask again");
        }
    }

    /** Reads this log while it is written. */
    public AuditReader reader() {
        return AuditReader.ofLive(settings.file(), settings.vault(), file);
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
        boolean isTold = waiting.offer(new AuditJob.End(), LONGEST_CLOSE.toMillis(), TimeUnit.MILLISECONDS);
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
