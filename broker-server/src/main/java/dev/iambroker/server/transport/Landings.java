package dev.iambroker.server.transport;

import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/**
 * Who waits on one event loop for the same thing to land, such as the token that thousands ask for at the instant at which it
 * ended: they are told by one task. Confined to the loop.
 */
final class Landings {
    private final Deadlines deadlines;
    private final IdentityHashMap<CompletionStage<?>, Set<Wait>> waiting = new IdentityHashMap<>();

    Landings(Deadlines deadlines) {
        this.deadlines = deadlines;
    }

    /**
     * Has {@code over} run once, on {@code loop}: when {@code landing} has ended, or {@code patience} has.
     *
     * @param landing known by its identity
     */
    Wait await(CompletionStage<?> landing, Duration patience, Runnable over, EventExecutor loop) {
        Wait wait = new Wait(landing, over, loop);
        Set<Wait> before = waiting.get(landing);
        if (before != null) {
            before.add(wait);
        } else {
            Set<Wait> all = new LinkedHashSet<>();
            all.add(wait);
            waiting.put(landing, all);
            var unused = landing.whenComplete((result, failure) -> tell(landing, loop));
        }
        wait.patience.set(patience);
        return wait;
    }

    /** On any thread. */
    private void tell(CompletionStage<?> landing, EventExecutor loop) {
        try {
            loop.execute(() -> landed(landing));
        } catch (RejectedExecutionException e) {
            // The event loop has ended, and everybody on it with it.
            return;
        }
    }

    private void landed(CompletionStage<?> landing) {
        Set<Wait> all = waiting.remove(landing);
        if (all != null) {
            all.forEach(Wait::told);
        }
    }

    /** One of them. */
    final class Wait {
        private final CompletionStage<?> landing;
        private final Runnable over;
        private final Watchdog patience;
        private boolean isOver;

        private Wait(CompletionStage<?> landing, Runnable over, EventExecutor loop) {
            this.landing = landing;
            this.over = over;
            this.patience = deadlines.watchdog(loop, this::outOfPatience);
        }

        private void outOfPatience() {
            leave();
            over.run();
        }

        private void told() {
            end();
            over.run();
        }

        private void end() {
            isOver = true;
            patience.close();
        }

        /** Waits no longer, where it still does: nothing runs then. */
        void leave() {
            if (isOver) {
                return;
            }
            end();
            Set<Wait> all = waiting.get(landing);
            if (all != null) {
                // Where nobody else waits it stays until it lands: whoever comes next is told by what is there already.
                all.remove(this);
            }
        }
    }
}
