package dev.iambroker.server.store;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.store.StoreFailure;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/** Lets writes run side by side until the store is closed: none may follow once the directory's lock is given up. */
final class Writes {
    private final ReadWriteLock lock = new ReentrantReadWriteLock();

    @GuardedBy("lock")
    private boolean isEnded;

    void run(Runnable write) {
        lock.readLock().lock();
        try {
            if (isEnded) {
                throw new StoreFailure("the store is closed: the broker is stopping");
            }
            write.run();
        } finally {
            lock.readLock().unlock();
        }
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
