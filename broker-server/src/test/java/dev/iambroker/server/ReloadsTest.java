package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.server.config.Loading;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** When the file is read again. */
@ExtendWith(QuietLog.class)
final class ReloadsTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final AtomicInteger read = new AtomicInteger();
    private final Semaphore begun = new Semaphore(0);
    private final Semaphore mayEnd = new Semaphore(0);
    private final Reloads reloads = new Reloads(this::read, loaded(), settings -> {});

    private Loading read() {
        begun.release();
        mayEnd.acquireUninterruptibly();
        read.incrementAndGet();
        return new Loading.Refused(List.of());
    }

    private static Loading.Loaded loaded() {
        try {
            Path directory = java.nio.file.Files.createTempDirectory("reloads-");
            var config = ManualDaemon.config(directory, "accounts: { dev: { passcode: {} } }\n");
            return new Loading.Loaded(
                    config, new dev.iambroker.server.config.EffectiveConfig("broker.yaml", List.of()), List.of());
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void requests_whileOneIsUnderWay_bringOneMore() throws Exception {
        Thread thread = Thread.ofVirtual().start(() -> reloads.serve(config -> List.of(), () -> {}, () -> {}));
        reloads.request();
        assertThat(begun.tryAcquire(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        for (int i = 0; i < 5; i++) {
            reloads.request();
        }
        mayEnd.release(10);
        assertThat(begun.tryAcquire(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        awaitWaiting(thread);
        assertThat(read).hasValue(2);
        thread.interrupt();
        assertThat(thread.join(SOON)).isTrue();
    }

    @Test
    void request_beforeTheDaemonServes_isNotLost() throws Exception {
        reloads.request();
        mayEnd.release();
        Thread thread = Thread.ofVirtual().start(() -> reloads.serve(config -> List.of(), () -> {}, () -> {}));
        assertThat(begun.tryAcquire(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
        assertThat(thread.join(SOON)).isTrue();
    }

    @Test
    void reload_thatBreaksDown_doesNotEndTheNext() throws Exception {
        CountDownLatch second = new CountDownLatch(2);
        Reloads breaking = new Reloads(
                () -> {
                    second.countDown();
                    throw new IllegalStateException("of a test");
                },
                loaded(),
                settings -> {});
        Thread thread = Thread.ofVirtual().start(() -> breaking.serve(config -> List.of(), () -> {}, () -> {}));
        breaking.request();
        awaitWaiting(thread);
        breaking.request();
        assertThat(second.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        thread.interrupt();
    }

    /** Else whoever waits for the second reload would be told that it is over with the end of the first. */
    @Test
    void end_whileAnotherIsAskedFor_isToldOnceForBoth() throws Exception {
        AtomicInteger ended = new AtomicInteger();
        List<String> told = new CopyOnWriteArrayList<>();
        Thread thread = Thread.ofVirtual()
                .start(() -> reloads.serve(config -> List.of(), () -> told.add("begin"), ended::incrementAndGet));
        reloads.request(() -> told.add("asked"));
        assertThat(begun.tryAcquire(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        reloads.request(() -> told.add("asked"));
        mayEnd.release(2);
        awaitRead(2);
        awaitWaiting(thread);
        assertThat(ended).hasValue(1);
        assertThat(told).containsExactly("asked", "begin", "asked", "begin");
        assertThat(reloads.isRefused()).isTrue();
        thread.interrupt();
    }

    private void awaitRead(int times) {
        long end = System.nanoTime() + SOON.toNanos();
        while (read.get() < times) {
            assertThat(System.nanoTime()).as("time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static void awaitWaiting(Thread thread) {
        long end = System.nanoTime() + SOON.toNanos();
        while (thread.getState() != Thread.State.WAITING) {
            assertThat(System.nanoTime()).as("time").isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
