package dev.iambroker.server.transport;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One deadline that moves with every request. Moving it later only writes a field. Confined to the event loop. */
final class Watchdog {
    private final Deadlines deadlines;
    private final @Nullable EventExecutor loop;
    private final Runnable bark;
    private Watchdog previous = this;
    private Watchdog next = this;
    private long deadline;
    private boolean isSet;

    /** The ends of a list. */
    Watchdog(Deadlines deadlines) {
        this(deadlines, null, () -> {});
    }

    Watchdog(Deadlines deadlines, @Nullable EventExecutor loop, Runnable bark) {
        this.deadlines = deadlines;
        this.loop = loop;
        this.bark = bark;
    }

    void linkBehind(Watchdog other) {
        previous = other;
        next = other.next;
        next.previous = this;
        other.next = this;
    }

    Watchdog next() {
        return next;
    }

    /** Barks after {@code duration}, a little late perhaps, unless set anew or cleared before. */
    void set(Duration duration) {
        if (loop != null) {
            isSet = true;
            deadline = loop.ticker().nanoTime() + duration.toNanos();
            deadlines.lookBy(deadline, loop);
        }
    }

    void clear() {
        isSet = false;
    }

    /** For the end of the connection. */
    void close() {
        isSet = false;
        previous.next = next;
        next.previous = previous;
    }

    /**
     * Barks if it is time.
     *
     * @return how many nanoseconds are left then, {@link Long#MAX_VALUE} where nothing is waited for
     */
    long look(long now) {
        if (!isSet) {
            return Long.MAX_VALUE;
        }
        long left = deadline - now;
        if (left > 0) {
            return left;
        }
        isSet = false;
        bark.run();
        return isSet ? deadline - now : Long.MAX_VALUE;
    }
}
