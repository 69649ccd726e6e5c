package dev.iambroker.server.cli;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Closes a channel when its time is up, which ends a blocked connect, write or read alike: a socket's own time-outs do
 * not cover the whole of an exchange. Confined to the thread that opened it, but for the closing.
 */
final class Alarm implements AutoCloseable {
    private final CountDownLatch done = new CountDownLatch(1);
    private volatile boolean rang;

    private Alarm() {}

    static Alarm closing(Closeable channel, Duration limit) {
        var alarm = new Alarm();
        Thread.ofPlatform().name("deadline").daemon().start(() -> alarm.watch(channel, limit));
        return alarm;
    }

    boolean rang() {
        return rang;
    }

    @Override
    public void close() {
        done.countDown();
    }

    private void watch(Closeable channel, Duration limit) {
        try {
            if (!done.await(limit.toNanos(), TimeUnit.NANOSECONDS)) {
                rang = true;
                channel.close();
            }
        } catch (InterruptedException | IOException ended) {
            Thread.currentThread().interrupt();
        }
    }
}
