package dev.iambroker.server.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One deadline that moves with every request. Moving it later only writes a field; the timer that is already set looks
 * again when it fires. Confined to the event loop.
 */
final class Watchdog {
    private final ChannelHandlerContext ctx;
    private final Runnable bark;
    private @Nullable Future<?> timer;
    private long timerAt;
    private long deadline;
    private boolean isSet;

    Watchdog(ChannelHandlerContext ctx, Runnable bark) {
        this.ctx = ctx;
        this.bark = bark;
    }

    /** Calls {@code bark} after {@code duration}, unless set anew or cleared before. */
    void set(Duration duration) {
        isSet = true;
        deadline = now() + duration.toNanos();
        if (timer == null || timerAt - deadline > 0) {
            stopTimer();
            startTimer();
        }
    }

    void clear() {
        isSet = false;
    }

    /** For the end of the connection: leaves no timer behind. */
    void close() {
        isSet = false;
        stopTimer();
    }

    private void fired() {
        timer = null;
        if (!isSet) {
            return;
        }
        if (deadline - now() > 0) {
            startTimer();
            return;
        }
        isSet = false;
        bark.run();
    }

    private void startTimer() {
        timerAt = deadline;
        timer = executor().schedule(this::fired, deadline - now(), TimeUnit.NANOSECONDS);
    }

    private void stopTimer() {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
    }

    private long now() {
        return executor().ticker().nanoTime();
    }

    private EventExecutor executor() {
        return ctx.executor();
    }
}
