package dev.iambroker.server.os;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs what looks at files of a user's choice. Such a file may lie on a file system of that user's own, which never
 * answers: that holds a few threads, costs the caller a few seconds, and no other user anything. Thread-safe.
 */
public final class UserTurns {
    private static final int AT_ONCE_FOR_A_USER = 2;

    private final Executor threads;
    private final Duration patience;
    private final Cache<Integer, Semaphore> turns =
            Caffeine.newBuilder().weakValues().executor(Runnable::run).build();

    /** @param threads platform threads: a virtual one that a file system holds takes its carrier along */
    public UserTurns(Executor threads, Duration patience) {
        this.threads = threads;
        this.patience = patience;
    }

    /** Looks at something; may block. */
    @FunctionalInterface
    public interface Look<T> {
        T look() throws IOException;
    }

    /**
     * Waits for a turn of {@code user}'s, and for {@code look}.
     *
     * @throws IOException if it fails, or takes too long
     */
    public <T> T run(int user, Look<T> look) throws IOException {
        Semaphore turn = turns.get(user, absent -> new Semaphore(AT_ONCE_FOR_A_USER));
        try {
            if (!turn.tryAcquire(patience.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new IOException("other programs of this user are still being looked at");
            }
            return begin(turn, look).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            // Not in its own words: they may repeat a path that the user made up, line breaks included.
            throw e.getCause() instanceof UncheckedIOException failed
                    ? failed.getCause()
                    : new IOException("it could not be looked at", e);
        } catch (TimeoutException e) {
            throw new IOException("its file system did not answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("the broker is stopping", e);
        }
    }

    private <T> CompletableFuture<T> begin(Semaphore turn, Look<T> look) {
        try {
            return CompletableFuture.supplyAsync(() -> look(turn, look), threads);
        } catch (RuntimeException e) {
            turn.release();
            throw e;
        }
    }

    private static <T> T look(Semaphore turn, Look<T> look) {
        try {
            return look.look();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            turn.release();
        }
    }
}
