package dev.iambroker.token;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Several sleepers on the one alarm of the broker, each with at most one ring to come. Thread-safe: a sleeper may arm
 * itself again, or another, while it is rung.
 */
public final class AlarmClock {
    private static final Logger log = LoggerFactory.getLogger(AlarmClock.class);

    private final Time time;
    private final Alarm alarm;

    /** When each sleeper that is armed is to be woken. */
    @GuardedBy("this")
    private final Map<Sleeper, Long> ringAt = new HashMap<>();

    AlarmClock(Time time, Alarm alarm) {
        this.time = time;
        this.alarm = alarm;
    }

    /** One more sleeper. {@code onRing} is called on the thread that rings and must not block. */
    public Alarm sleeper(Runnable onRing) {
        Sleeper sleeper = new Sleeper(onRing);
        return delayNanos -> arm(sleeper, delayNanos);
    }

    private synchronized void arm(Sleeper sleeper, long delayNanos) {
        ringAt.put(sleeper, time.nanos() + delayNanos);
        armForNext();
    }

    /** To be called when the {@link Alarm} rings: wakes every sleeper whose time has come. */
    public void ring() {
        long nowNanos = time.nanos();
        try {
            for (Sleeper sleeper : due(nowNanos)) {
                // Taken one by one: those after one that ends this thread are still there for the next ring.
                take(sleeper);
                sleeper.wake();
            }
        } finally {
            armForNext();
        }
    }

    private synchronized List<Sleeper> due(long nowNanos) {
        List<Sleeper> due = new ArrayList<>();
        ringAt.forEach((sleeper, at) -> {
            // nanoTime may wrap: only differences are compared.
            if (at - nowNanos <= 0) {
                due.add(sleeper);
            }
        });
        return due;
    }

    private synchronized void take(Sleeper sleeper) {
        ringAt.remove(sleeper);
    }

    private synchronized void armForNext() {
        long nowNanos = time.nanos();
        ringAt.values().stream()
                .mapToLong(at -> Math.max(0, at - nowNanos))
                .min()
                .ifPresent(alarm::arm);
    }

    /** Identity tells two apart. */
    private static final class Sleeper {
        private final Runnable onRing;

        Sleeper(Runnable onRing) {
            this.onRing = onRing;
        }

        /** One that fails in an unforeseen way must not keep the others asleep. */
        void wake() {
            try {
                onRing.run();
            } catch (RuntimeException e) {
                log.error("what was planned failed in a way that should not happen", e);
            }
        }
    }
}
