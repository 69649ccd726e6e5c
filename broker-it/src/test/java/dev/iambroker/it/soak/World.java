package dev.iambroker.it.soak;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What an observer must know to judge an answer: whether the process itself was disturbed while it was asked, and since when what
 * it handed out must still be there. Thread-safe.
 */
final class World {
    private final AtomicInteger disturbances = new AtomicInteger();
    private final AtomicInteger disturbing = new AtomicInteger();
    private final AtomicInteger era = new AtomicInteger();

    /** Stopped, killed or starting: connections break and time passes, through no fault of the broker. */
    void disturb() {
        disturbing.incrementAndGet();
        disturbances.incrementAndGet();
    }

    void calm() {
        disturbances.incrementAndGet();
        disturbing.decrementAndGet();
    }

    /**
     * What was handed out so far may be lost from now on: by a clock that says that it is over, or by a crash while the disk did
     * not take it.
     */
    void forget() {
        era.incrementAndGet();
    }

    int era() {
        return era.get();
    }

    int disturbances() {
        return disturbances.get();
    }

    boolean wasCalmSince(int seen) {
        return disturbing.get() == 0 && disturbances.get() == seen;
    }
}
