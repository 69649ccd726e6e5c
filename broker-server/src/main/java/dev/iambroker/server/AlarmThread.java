package dev.iambroker.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One thread that sleeps until the next thing planned is due. */
final class AlarmThread implements WakeUp {
    private static final Logger log = LoggerFactory.getLogger(AlarmThread.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(1);
    private static final int NANOS_PER_MILLI = 1_000_000;

    @GuardedBy("this")
    private boolean armed;

    @GuardedBy("this")
    private long ringAtNanos;

    @GuardedBy("this")
    private boolean closed;

    private final Thread thread = new Thread(this::run, "iam-broker-refresh");
    private volatile Runnable onRing = () -> {};

    @Override
    public void start(Runnable ring) {
        onRing = ring;
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public synchronized void arm(long delayNanos) {
        armed = true;
        ringAtNanos = System.nanoTime() + delayNanos;
        notifyAll();
    }

    private void run() {
        try {
            while (awaitRing()) {
                ring();
            }
        } catch (InterruptedException e) {
            log.debug("the refresh thread was interrupted and ends");
        }
    }

    /** Returns true when it is time to ring, false when it never will be again. */
    private synchronized boolean awaitRing() throws InterruptedException {
        while (!closed) {
            long left = ringAtNanos - System.nanoTime();
            if (armed && left <= 0) {
                armed = false;
                return true;
            }
            if (armed) {
                wait(left / NANOS_PER_MILLI, (int) (left % NANOS_PER_MILLI));
            } else {
                wait();
            }
        }
        return false;
    }

    /** A renewal that fails in an unforeseen way, be it for want of memory, must not end all later ones. */
    private void ring() {
        try {
            onRing.run();
        } catch (RuntimeException | Error e) {
            log.error("the refresh loop failed in a way that should not happen", e);
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        try {
            if (!thread.join(STOP_LIMIT)) {
                log.warn("the refresh thread did not end within {} s", STOP_LIMIT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
