package dev.iambroker.fleet.etcd;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the mirror in step with etcd: by one listing, and a watch from the revision after it. Whatever is wrong with the
 * watch, the answer is another listing. On the fleet's own thread, but for what says otherwise.
 */
final class Following {
    private static final Logger log = LoggerFactory.getLogger(Following.class);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(2_500);

    /** A watch that answers no question for so long hangs, although its connection stands. */
    private static final Duration UNTIL_STUCK = Duration.ofSeconds(10);

    private final Etcd etcd;
    private final Keyspace keys;
    private final Mirror mirror;
    private final Executor lane;
    private final LongSupplier nanos;
    private final Runnable listed;

    private @Nullable Watch watch;
    private boolean isAsking;
    private long askedNanos;
    private volatile boolean isListed;
    private volatile long confirmedNanos;

    /** @param listed runs after each listing */
    Following(Etcd etcd, Keyspace keys, Mirror mirror, Executor lane, LongSupplier nanos, Runnable listed) {
        this.etcd = etcd;
        this.keys = keys;
        this.mirror = mirror;
        this.lane = lane;
        this.nanos = nanos;
        this.listed = listed;
        this.confirmedNanos = nanos.getAsLong();
    }

    /** @throws EtcdUnavailable if it has to be listed, and cannot be */
    void step() {
        if (watch == null) {
            list();
            return;
        }
        long now = nanos.getAsLong();
        if (isAsking && now - askedNanos > UNTIL_STUCK.toNanos()) {
            log.info("the watch of etcd does not answer: listing anew");
            stop();
            list();
        } else if (!isAsking && now - askedNanos >= BETWEEN_QUESTIONS.toNanos()) {
            isAsking = true;
            askedNanos = now;
            watch.askProgress();
        }
    }

    private void list() {
        long sent = nanos.getAsLong();
        Etcd.Page page = etcd.list(keys.root());
        var next = new Watch();
        mirror.replace(page);
        isListed = true;
        confirmedNanos = sent;
        isAsking = false;
        askedNanos = sent;
        next.watching = etcd.watch(keys.root(), page.revision() + 1, next);
        watch = next;
        listed.run();
    }

    /** Lists anew at the next step. */
    void stop() {
        Watch old = watch;
        watch = null;
        if (old != null) {
            old.close();
        }
    }

    /** Forgets what was mirrored too. */
    void forget() {
        stop();
        isListed = false;
        mirror.clear();
    }

    /** Whether the mirror was filled since it was forgotten. On any thread. */
    boolean isListed() {
        return isListed;
    }

    /** How old the mirror is at most. On any thread. */
    Duration lag() {
        return Duration.ofNanos(Math.max(0, nanos.getAsLong() - confirmedNanos));
    }

    /** One watch; what an earlier one still says is of no interest. */
    private final class Watch implements Etcd.Observer {
        private Etcd.@Nullable Watching watching;

        void askProgress() {
            if (watching != null) {
                watching.askProgress();
            }
        }

        void close() {
            if (watching != null) {
                watching.close();
            }
        }

        @Override
        public void changed(List<Etcd.Event> events) {
            lane.execute(() -> {
                if (watch == this) {
                    events.forEach(mirror::apply);
                }
            });
        }

        @Override
        public void caughtUp() {
            lane.execute(() -> {
                if (watch == this && isAsking) {
                    isAsking = false;
                    confirmedNanos = askedNanos;
                }
            });
        }

        @Override
        public void ended(String reason) {
            lane.execute(() -> {
                if (watch == this) {
                    log.debug("the watch of etcd ended: {}", reason);
                    stop();
                }
            });
        }
    }
}
