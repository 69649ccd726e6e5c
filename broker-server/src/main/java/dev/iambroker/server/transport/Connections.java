package dev.iambroker.server.transport;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Those that came by one listener and are open. Thread-safe. */
final class Connections {
    /** A step of each event loop. */
    private static final Duration CLOSE_TIME = Duration.ofSeconds(5);

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition isEmpty = lock.newCondition();

    /** Guarded by {@link #lock}; by identity. */
    private final Set<Connection> open = new HashSet<>();

    /** Guarded by {@link #lock}. */
    private boolean isDraining;

    void enter(Connection connection) {
        lock.lock();
        try {
            open.add(connection);
        } finally {
            lock.unlock();
        }
    }

    /** Whether one that is served from now on is to end as soon as it owes no answer. */
    boolean isDraining() {
        lock.lock();
        try {
            return isDraining;
        } finally {
            lock.unlock();
        }
    }

    void leave(Connection connection) {
        lock.lock();
        try {
            open.remove(connection);
            if (open.isEmpty()) {
                isEmpty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    List<Connection> all() {
        lock.lock();
        try {
            return List.copyOf(open);
        } finally {
            lock.unlock();
        }
    }

    /** Lets each end as soon as it owes no answer, and each that still comes. */
    void drain() {
        lock.lock();
        try {
            isDraining = true;
        } finally {
            lock.unlock();
        }
        all().forEach(Connection::drain);
    }

    /** Whether none is left within {@code time}. */
    boolean awaitNone(Duration time) {
        long left = time.toNanos();
        lock.lock();
        try {
            while (!open.isEmpty()) {
                if (left <= 0) {
                    return false;
                }
                left = isEmpty.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Closes those that are left. */
    void close() {
        all().forEach(Connection::giveUp);
        awaitNone(CLOSE_TIME);
    }
}
