package dev.iambroker.emulator.http;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The one signal that ends every wait of a listener. Thread-safe. */
final class Stopping {
    private final CountDownLatch latch = new CountDownLatch(1);

    void request() {
        latch.countDown();
    }

    boolean requested() {
        return latch.getCount() == 0;
    }

    /** Waits in real time; false if the listener stopped meanwhile. */
    boolean pause(Duration duration) throws InterruptedException {
        return duration.isZero() ? !requested() : !latch.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    }
}
