package dev.iambroker.server.transport;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The deadlines of the connections on one event loop, by one timer for all: connections come and go by the thousands a
 * second, and next to none lives to see its deadline. Confined to the loop.
 */
final class Deadlines {
    /** How late a deadline may be, and how often the timer looks at most: thousands may be due one after the other. */
    static final Duration GRAIN = Duration.ofMillis(50);

    /** The ends of the list. */
    private final Watchdog ends = new Watchdog(this);

    private @Nullable Future<?> timer;
    private long dueAt;

    /** @param bark what is to be done where a deadline passed; on the loop */
    Watchdog watchdog(EventExecutor loop, Runnable bark) {
        Watchdog watchdog = new Watchdog(this, loop, bark);
        watchdog.linkBehind(ends);
        return watchdog;
    }

    void lookBy(long deadline, EventExecutor loop) {
        if (timer == null || dueAt - deadline > 0) {
            lookAt(deadline, loop);
        }
    }

    // A loop that takes no more tasks has ended, and every connection with it.
    @SuppressWarnings("FutureReturnValueIgnored")
    private void lookAt(long time, EventExecutor loop) {
        if (timer != null) {
            timer.cancel(false);
        }
        dueAt = time;
        timer = loop.schedule(() -> look(loop), time - loop.ticker().nanoTime(), TimeUnit.NANOSECONDS);
    }

    private void look(EventExecutor loop) {
        timer = null;
        long now = loop.ticker().nanoTime();
        long soonest = Long.MAX_VALUE;
        for (Watchdog each = ends.next(); each != ends; ) {
            // Its bark may end its connection, and take it out of the list.
            Watchdog next = each.next();
            soonest = Math.min(soonest, each.look(now));
            each = next;
        }
        if (soonest != Long.MAX_VALUE) {
            lookBy(now + Math.max(soonest, GRAIN.toNanos()), loop);
        }
    }
}
