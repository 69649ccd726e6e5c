package dev.iambroker.server;

import com.google.errorprone.annotations.concurrent.GuardedBy;

/** An alarm that rings when the test lets its time come. Thread-safe. */
final class ManualWakeUp implements WakeUp {
    static final long NEVER = Long.MAX_VALUE;

    private final ManualTime time;

    @GuardedBy("this")
    private long armedAt = NEVER;

    private volatile Runnable onRing = () -> {};

    ManualWakeUp(ManualTime time) {
        this.time = time;
    }

    @Override
    public void start(Runnable ring) {
        onRing = ring;
    }

    @Override
    public synchronized void arm(long delayNanos) {
        armedAt = time.nanos() + delayNanos;
    }

    /** When it is to ring next, by the manual clock. */
    synchronized long armedAt() {
        return armedAt;
    }

    void ring() {
        synchronized (this) {
            armedAt = NEVER;
        }
        onRing.run();
    }

    @Override
    public void close() {
        onRing = () -> {};
    }
}
