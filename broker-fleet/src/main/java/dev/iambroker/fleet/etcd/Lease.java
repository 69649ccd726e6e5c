package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetRefused;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's one lease, by which all its duties stand and fall. Thread-safe.
 *
 * <h2>Certainty</h2>
 *
 * <p>etcd counts the lease's life from when it hears of it, this from before it asked: whatever happens in between, a
 * process that was stopped included, the lease ends here first. The clock goes on while the machine sleeps.
 */
final class Lease {
    /** As etcd is asked for it. */
    static final Duration LIFE = Duration.ofSeconds(10);

    private static final Duration BETWEEN_ROUNDS = Duration.ofMillis(2_500);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);

    /** An attempt to connect waits longer after each failure, for up to two minutes: a new client does not. */
    private static final Duration UNTIL_RECONNECT = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(Lease.class);
    private static final Held NONE = new Held(0, 0);

    private final Etcd etcd;
    private final LongSupplier nanos;
    private final Runnable lost;
    private final AtomicReference<Held> held = new AtomicReference<>(NONE);
    private final long startedNanos;

    private volatile boolean isWanted = true;
    private volatile boolean isAnswering;
    private volatile boolean hasFailed;
    private volatile long answeredNanos;
    private long connectedNanos;

    /** @param lost runs when etcd says that the lease is no more, on the thread that asked */
    Lease(Etcd etcd, LongSupplier nanos, Runnable lost) {
        this.etcd = etcd;
        this.nanos = nanos;
        this.lost = lost;
        this.startedNanos = nanos.getAsLong();
        this.answeredNanos = startedNanos;
        this.connectedNanos = startedNanos;
    }

    /**
     * Asks for the first time.
     *
     * @throws FleetRefused if etcd refuses this member; where it only does not answer, {@link #round} goes on
     */
    void begin() {
        try {
            renew();
        } catch (EtcdUnavailable e) {
            failed(e.getMessage());
        }
    }

    /**
     * Renews the lease, or takes one. Never throws.
     *
     * @return when to call again
     */
    Duration round() {
        if (!isWanted) {
            return BETWEEN_ROUNDS;
        }
        try {
            renew();
            return held.get().id() == 0 ? AFTER_FAILURE : BETWEEN_ROUNDS;
        } catch (EtcdUnavailable e) {
            failed(e.getMessage());
            return AFTER_FAILURE;
        } catch (FleetRefused e) {
            failed(e.getMessage());
            return AFTER_FAILURE;
        } catch (RuntimeException e) {
            // Whatever it is, nothing was confirmed: silence of etcd is counted all the same.
            failed("etcd's client fails: " + e.getClass().getSimpleName());
            return AFTER_FAILURE;
        }
    }

    /**
     * Asks etcd now.
     *
     * @throws EtcdUnavailable if it does not answer
     * @throws FleetRefused if it refuses this member
     */
    void renew() {
        Held before = held.get();
        long sent = nanos.getAsLong();
        if (before.id() == 0) {
            take(sent);
            return;
        }
        Duration left = etcd.keepAlive(before.id());
        answered();
        if (left.isZero() || left.isNegative()) {
            drop(before.id());
            return;
        }
        prolong(before.id(), sent + shorter(left).toNanos());
    }

    private synchronized void take(long sent) {
        if (held.get().id() != 0 || !isWanted) {
            return;
        }
        Etcd.Granted granted = etcd.grant(LIFE);
        held.set(new Held(granted.lease(), sent + shorter(granted.life()).toNanos()));
        answered();
    }

    private static Duration shorter(Duration granted) {
        return granted.compareTo(LIFE) < 0 ? granted : LIFE;
    }

    /** Answers may overtake each other: the later end is as certain as the earlier. */
    private void prolong(long id, long untilNanos) {
        held.updateAndGet(now -> now.id() == id && untilNanos - now.untilNanos() > 0 ? new Held(id, untilNanos) : now);
    }

    private void drop(long id) {
        if (held.getAndUpdate(now -> now.id() == id ? NONE : now).id() == id) {
            lost.run();
        }
    }

    private void answered() {
        answeredNanos = nanos.getAsLong();
        if (!isAnswering && hasFailed) {
            log.info("etcd answers again");
        }
        isAnswering = true;
    }

    private synchronized void failed(String reason) {
        if (isAnswering || !hasFailed) {
            log.warn("{}; this broker goes on with what it has, and tries again", reason);
        }
        isAnswering = false;
        hasFailed = true;
        long now = nanos.getAsLong();
        long quiet = Math.min(now - answeredNanos, now - connectedNanos);
        if (quiet > UNTIL_RECONNECT.toNanos()) {
            connectedNanos = now;
            etcd.reconnect();
        }
    }

    /** Ends the lease at once, and takes none before {@link #resume}. etcd may be out of reach: then it ends by itself. */
    void giveUp() {
        Held before;
        synchronized (this) {
            isWanted = false;
            before = held.getAndSet(NONE);
        }
        if (before.id() == 0) {
            return;
        }
        try {
            etcd.revoke(before.id());
        } catch (EtcdUnavailable | FleetRefused e) {
            log.warn(
                    "this broker's lease could not be given up: {}; it ends within {} s",
                    e.getMessage(),
                    LIFE.toSeconds());
        }
    }

    void resume() {
        isWanted = true;
    }

    /** The lease to write with; 0 while there is none that is certain. */
    long id() {
        Held now = held.get();
        return now.id() != 0 && leftNanos(now) > 0 ? now.id() : 0;
    }

    /** How much longer it is certain to last; zero or less where it is not. */
    Duration left() {
        Held now = held.get();
        return now.id() == 0 ? Duration.ZERO : Duration.ofNanos(leftNanos(now));
    }

    /** Until when it is certain, by the clock; now where it is not. */
    long untilNanos() {
        Held now = held.get();
        return now.id() == 0 ? nanos.getAsLong() : now.untilNanos();
    }

    private long leftNanos(Held lease) {
        return lease.untilNanos() - nanos.getAsLong();
    }

    /** Whether the last attempt was answered. */
    boolean isAnswering() {
        return isAnswering;
    }

    /** How long etcd has been silent, where that is for longer than a lease lasts, or since the start; else null. */
    @Nullable
    Duration adrift() {
        if (!isWanted || isAnswering || !hasFailed) {
            return null;
        }
        Duration silent = Duration.ofNanos(nanos.getAsLong() - answeredNanos);
        boolean neverAnswered = answeredNanos == startedNanos;
        return neverAnswered || silent.compareTo(LIFE) > 0 ? silent : null;
    }

    /** @param untilNanos when it ends for certain */
    private record Held(long id, long untilNanos) {}
}
