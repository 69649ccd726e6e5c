package dev.iambroker.server;

import dev.iambroker.server.transport.SocketListener;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The first part of an end: no new work, while what is under way gets its time. A renewal that is cut off may have spent
 * a refresh token whose successor nobody read, and a client that is cut off would not know what came of its request.
 */
final class OrderlyStop {
    private static final Logger log = LoggerFactory.getLogger(OrderlyStop.class);

    /** For everything. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** The end of it, in which those who waited in vain are told so. */
    private static final Duration LAST_WORDS = Duration.ofSeconds(1);

    private final ExecutorService workers;
    private final WakeUp wakeUp;
    private final TokenService tokens;
    private final List<SocketListener> listeners = new CopyOnWriteArrayList<>();

    OrderlyStop(ExecutorService workers, WakeUp wakeUp, TokenService tokens) {
        this.workers = workers;
        this.wakeUp = wakeUp;
        this.tokens = tokens;
    }

    SocketListener with(SocketListener listener) {
        listeners.add(listener);
        return listener;
    }

    /** One that has ended already. */
    void without(SocketListener listener) {
        listeners.remove(listener);
    }

    /** No secret leaves any more that waits on a connection. */
    void withdraw() {
        listeners.forEach(SocketListener::withdraw);
    }

    void run() {
        long end = System.nanoTime() + GRACE.toNanos();
        long cutOff = end - LAST_WORDS.toNanos();
        listeners.forEach(SocketListener::drain);
        wakeUp.close();
        tokens.stopping();
        listeners.forEach(listener -> listener.awaitDrained(until(cutOff)));
        workers.shutdown();
        if (!await(cutOff)) {
            log.warn(
                    "requests to IAM were still under way after {} s",
                    GRACE.minus(LAST_WORDS).toSeconds());
            workers.shutdownNow();
        }
        tokens.stopped();
        listeners.forEach(listener -> listener.close(until(end)));
        await(end);
        tokens.writeUnsaved();
    }

    private boolean await(long end) {
        try {
            return workers.awaitTermination(until(end).toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static Duration until(long end) {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }
}
