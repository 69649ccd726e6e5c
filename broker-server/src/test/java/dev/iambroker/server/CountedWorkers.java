package dev.iambroker.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.AbstractExecutorService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Virtual threads whose work can be waited for, and which can stop taking any as a dead process does. Thread-safe. */
final class CountedWorkers extends AbstractExecutorService {
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @GuardedBy("this")
    private int running;

    @GuardedBy("this")
    private boolean dead;

    @Override
    public void execute(Runnable task) {
        synchronized (this) {
            if (dead) {
                return;
            }
            running++;
        }
        try {
            threads.execute(() -> run(task));
        } catch (RuntimeException e) {
            ended();
            throw e;
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } finally {
            ended();
        }
    }

    private synchronized void ended() {
        running--;
        notifyAll();
    }

    /** Nothing begins any more. */
    synchronized void die() {
        dead = true;
    }

    synchronized boolean isDead() {
        return dead;
    }

    synchronized int running() {
        return running;
    }

    /** Returns when all that was begun has ended, in real time. */
    synchronized void awaitQuiet(Duration limit) throws InterruptedException {
        long end = System.nanoTime() + limit.toNanos();
        while (running > 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                throw new AssertionError(running + " tasks still run after " + limit);
            }
            wait(left);
        }
    }

    @Override
    public void shutdown() {
        threads.shutdown();
    }

    @Override
    public List<Runnable> shutdownNow() {
        return threads.shutdownNow();
    }

    @Override
    public boolean isShutdown() {
        return threads.isShutdown();
    }

    @Override
    public boolean isTerminated() {
        return threads.isTerminated();
    }

    @Override
    public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
        return threads.awaitTermination(timeout, unit);
    }
}
