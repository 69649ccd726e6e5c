package dev.iambroker.server.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.store.StoreFailure;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Lets writes run side by side until the store is closed: none may follow once the directory's lock is given up. */
final class Writes {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private final Map<Object, CompletableFuture<Void>> running = new ConcurrentHashMap<>();

    @GuardedBy("lock")
    private boolean isEnded;

    void run(Runnable write) {
        lock.readLock().lock();
        try {
            if (isEnded) {
                throw new StoreFailure("the store is closed: the broker is stopping");
            }
            runCounted(write);
        } finally {
            lock.readLock().unlock();
        }
    }

    private void runCounted(Runnable write) {
        Object key = new Object();
        var end = new CompletableFuture<Void>();
        running.put(key, end);
        try {
            write.run();
        } finally {
            running.remove(key);
            end.complete(null);
        }
    }

    /** Calls {@code sign} once every write that runs now has ended, well or not; does not wait for it. */
    // None of these ends with a failure.
    @SuppressWarnings("FutureReturnValueIgnored")
    void whenThrough(Runnable sign) {
        CompletableFuture.allOf(running.values().toArray(new CompletableFuture<?>[0]))
                .thenRun(sign);
    }

    /** Waits for what runs and refuses what comes. */
    void end() {
        lock.writeLock().lock();
        try {
            isEnded = true;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
