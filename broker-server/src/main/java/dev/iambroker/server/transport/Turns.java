package dev.iambroker.server.transport;

import io.netty.util.concurrent.EventExecutor;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.TimeUnit;

/**
 * Whose turn it is on one event loop: one that is asked by a user's many connections must soon look at those of others.
 *
 * <p>Every user may take some steps at each look that the loop takes at its sockets; that is all where nobody floods.
 * Whoever has taken them waits in a line of that user's own, and so does every further connection of the same user. The
 * lines are served in turn, as much of them at once as of one user, with a look at the sockets in between. What waits is
 * not read.
 *
 * <p>Confined to the event loop.
 */
// A loop that takes no more tasks has ended, and every connection with it.
@SuppressWarnings("FutureReturnValueIgnored")
final class Turns {
    /** Well under a millisecond of work, and far more than a loop finds ready of one user who does not flood it. */
    static final int STEPS = 64;

    private final Map<Integer, Line> byUser = new HashMap<>();
    private final Queue<Line> waiting = new ArrayDeque<>();
    private boolean isDue;
    private int round;

    /** Something that waits for its turn. */
    @FunctionalInterface
    interface Turn {
        /** Takes it, and says how many steps that were. */
        int take();
    }

    /** The connections of one user on this loop. */
    final class Line {
        private final int user;
        private final Queue<Turn> queue = new ArrayDeque<>();
        private int members;
        private int spent;
        private int spentIn = round;

        private Line(int user) {
            this.user = user;
        }

        /** Whether this user may go on at once. */
        boolean isFree() {
            if (spentIn != round) {
                spentIn = round;
                spent = 0;
            }
            return queue.isEmpty() && spent < STEPS;
        }

        void spend(int steps) {
            spent += steps;
        }

        /** Takes {@code turn} later, on {@code loop}. */
        void add(Turn turn, EventExecutor loop) {
            if (queue.isEmpty()) {
                waiting.add(this);
            }
            queue.add(turn);
            scheduleOn(loop);
        }

        void leave() {
            members--;
            if (members == 0) {
                byUser.remove(user);
            }
        }
    }

    /** To be left by {@link Line#leave}. */
    Line join(int user) {
        Line line = byUser.computeIfAbsent(user, Line::new);
        line.members++;
        return line;
    }

    /** By the clock, not as a task: a loop that is handed tasks does them all before it looks at its sockets again. */
    private void scheduleOn(EventExecutor loop) {
        if (!isDue) {
            isDue = true;
            loop.schedule(() -> serve(loop), 0, TimeUnit.NANOSECONDS);
        }
    }

    /** The loop looks at its sockets. */
    void look() {
        round++;
    }

    private void serve(EventExecutor loop) {
        round++;
        try {
            for (int left = STEPS; left > 0 && !waiting.isEmpty(); ) {
                left -= Math.max(1, serveOne(waiting.remove()));
            }
        } finally {
            isDue = false;
            if (!waiting.isEmpty()) {
                scheduleOn(loop);
            }
        }
    }

    private int serveOne(Line line) {
        Turn turn = line.queue.poll();
        if (!line.queue.isEmpty()) {
            waiting.add(line);
        }
        return turn == null ? 0 : turn.take();
    }
}
