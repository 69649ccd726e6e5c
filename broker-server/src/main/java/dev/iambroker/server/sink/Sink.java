package dev.iambroker.server.sink;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.Delivery;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.secret.SecretWiped;
import dev.iambroker.server.config.SinkConfig;
import dev.iambroker.token.Alarm;
import dev.iambroker.token.Time;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One file and the token in it. It looks when something happened to its account, and when its own time has come: before the
 * token's end, and some time after a failure. Each look makes the file what the broker would hand out at that moment; what
 * is kept already is no hand-out. Where there is nothing to hand out, there is no file, but one whose token still lives
 * stays while the next is only late. Thread-safe.
 */
final class Sink {
    private static final Logger log = LoggerFactory.getLogger(Sink.class);

    /** After something that passes by itself, unless it says when to come back. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final Duration SOONEST = Duration.ofSeconds(2);

    /** After something that somebody has to mend: they may do so in a way that nothing tells of, such as a full disk's. */
    private static final Duration LATER = Duration.ofMinutes(1);

    /**
     * How long what an earlier process left stays without being known to be good: a restart should be no gap. Also how long a
     * token may be on its way before that is worth a word.
     */
    private static final Duration GRACE = Duration.ofMinutes(1);

    private final SinkConfig config;
    private final Supply supply;
    private final SinkFile file;
    private final @Nullable Notice notice;
    private final SinkEvents events;
    private final Executor executor;
    private final Time time;
    private final Alarm alarm;
    private final AtomicInteger asked = new AtomicInteger();

    /** Whether what is held was dropped by command or with its account: then it does not stay until the next is there. */
    private final AtomicBoolean isForgotten = new AtomicBoolean();

    @GuardedBy("this")
    private final Form form;

    /** The etag of what the file holds; null where it is not there, or was left by another process. */
    @GuardedBy("this")
    private @Nullable String held;

    /** How long what is in the file counts as alive. */
    @GuardedBy("this")
    private Deadline deadline;

    /** What was told last of what is wrong; null while nothing is. */
    @GuardedBy("this")
    private @Nullable String complaint;

    @GuardedBy("this")
    private boolean isRetired;

    Sink(
            SinkConfig config,
            Supply supply,
            SinkFile file,
            @Nullable Notice notice,
            SinkEvents events,
            Executor executor,
            Time time,
            Function<Runnable, Alarm> alarms) {
        this.config = config;
        this.supply = supply;
        this.file = file;
        this.notice = notice;
        this.events = events;
        this.executor = executor;
        this.time = time;
        this.alarm = alarms.apply(this::look);
        this.form = new Form(config, supply);
        this.deadline = Deadline.in(GRACE, time);
    }

    SinkConfig config() {
        return config;
    }

    /** Has whoever is to hear of changes told that there is one. */
    void tellOfChange() {
        if (notice != null) {
            notice.changed();
        }
    }

    /** Tells nobody any more. @return whether there is a change that nobody was told of */
    boolean endTelling() {
        return notice != null && notice.end();
    }

    /** What it holds may have been forgotten by the broker. Looks soon. */
    void forgotten() {
        isForgotten.set(true);
        look();
    }

    /** Goes on with the file of {@code before}, which is retired: no longer than that would have kept it, nor with another's token. */
    synchronized void follow(Sink before) {
        if (before.isForgotten.get() || !before.request().equals(request())) {
            isForgotten.set(true);
        } else {
            deadline = before.deadline();
        }
    }

    private synchronized Deadline deadline() {
        return deadline;
    }

    /** Looks soon, on another thread. However often it is asked meanwhile, once more is enough. */
    void look() {
        if (asked.getAndIncrement() > 0) {
            return;
        }
        try {
            executor.execute(this::lookWhileAsked);
        } catch (RejectedExecutionException e) {
            log.debug("the broker is stopping, and sink {} with it", config.path());
        }
    }

    private void lookWhileAsked() {
        int seen;
        do {
            seen = asked.get();
            lookNow();
        } while (asked.addAndGet(-seen) > 0);
    }

    private synchronized void lookNow() {
        if (isRetired) {
            return;
        }
        if (isForgotten.getAndSet(false)) {
            deadline = Deadline.in(Duration.ZERO, time);
        }
        try {
            // Before a token is handed out, which would be on record whatever comes of it.
            form.prepare();
            take(supply.deliver(name(), request(), file.exists() ? held : null));
            mended();
        } catch (SecretWiped e) {
            // The broker was locked in between; it is looked at again for that.
            log.debug("sink {}: the token was wiped before it was written", config.path());
        } catch (BrokerFailure e) {
            without(e);
        } catch (SinkFailure e) {
            complain(e.getMessage());
            events.written(name(), false);
            events.current(name(), isAlive());
            endWhatIsOver();
            alarm.arm(LATER.toNanos());
        } catch (RuntimeException e) {
            log.error("sink {} failed in a way that should not happen", config.path(), e);
            alarm.arm(LATER.toNanos());
        }
    }

    private String name() {
        return config.path().toString();
    }

    private TokenRequest request() {
        return new TokenRequest(
                config.account().value(), config.kind(), config.cluster(), config.minTtl(), TokenRequest.DEFAULT_WAIT);
    }

    @GuardedBy("this")
    private void take(Delivery delivery) throws SinkFailure {
        TokenGrant grant = delivery.grant();
        if (grant != null) {
            write(grant);
            held = grant.etag();
        }
        deadline = Deadline.in(delivery.left(), time);
        events.current(name(), true);
        alarm.arm(untilNextLook(delivery.left()).toNanos());
    }

    @GuardedBy("this")
    private void write(TokenGrant grant) throws SinkFailure {
        byte[] content = form.rendering().around(grant.token());
        try {
            if (file.put(content)) {
                events.written(name(), true);
                log.info("sink {} holds the {}", config.path(), grant);
                tellOfChange();
            }
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** A token that no renewal improves is looked at more often towards its end. */
    private Duration untilNextLook(Duration left) {
        Duration spare = left.minus(config.minTtl());
        Duration half = left.dividedBy(2);
        Duration next = spare.isPositive() ? spare : half;
        return next.compareTo(SOONEST) < 0 ? SOONEST : next;
    }

    @GuardedBy("this")
    private void without(BrokerFailure failure) {
        boolean passes = passes(failure);
        if (!passes || !deadline.left(time).isPositive()) {
            remove(failure.getMessage());
        }
        Duration next = passes ? soon(failure.about().retryAfter()) : LATER;
        Duration left = deadline.left(time);
        boolean endsBefore = isAlive() && left.compareTo(next) < 0;
        alarm.arm((endsBefore ? left : next).toNanos());
    }

    private static Duration soon(@Nullable Duration retryAfter) {
        if (retryAfter == null || retryAfter.compareTo(SOON) > 0) {
            return SOON;
        }
        return retryAfter.compareTo(SOONEST) < 0 ? SOONEST : retryAfter;
    }

    /** Whether nothing has to be done but to wait. Everything else says that nobody is to have the token. */
    private static boolean passes(BrokerFailure failure) {
        return switch (failure) {
            case BrokerFailure.Unavailable e -> true;
            case BrokerFailure.DeadlineExceeded e -> true;
            case BrokerFailure.StoreFailed e -> true;
            case BrokerFailure.TooManyRequests e -> true;
            case BrokerFailure.Unrecorded e -> true;
            case BrokerFailure.Denied e -> false;
            case BrokerFailure.Conflict e -> false;
            case BrokerFailure.LoginRefused e -> false;
            case BrokerFailure.Locked e -> false;
            case BrokerFailure.PassphraseRefused e -> false;
            case BrokerFailure.Unknown e -> false;
            case BrokerFailure.BadRequest e -> false;
        };
    }

    @GuardedBy("this")
    private boolean isAlive() {
        return deadline.left(time).isPositive() && (held != null || file.exists());
    }

    @GuardedBy("this")
    private void endWhatIsOver() {
        if (!deadline.left(time).isPositive()) {
            remove("its token has ended");
        }
    }

    @GuardedBy("this")
    private void remove(String why) {
        held = null;
        deadline = Deadline.in(GRACE, time);
        events.current(name(), false);
        try {
            if (file.remove()) {
                log.warn("sink {} is removed: {}", config.path(), why);
            } else {
                complain("is not there: " + why);
            }
        } catch (SinkFailure e) {
            complain(e.getMessage());
            events.written(name(), false);
        }
    }

    @GuardedBy("this")
    private void complain(String what) {
        if (!what.equals(complaint)) {
            log.warn("sink {}: {}", config.path(), what);
            complaint = what;
        }
    }

    @GuardedBy("this")
    private void mended() {
        if (complaint != null) {
            log.info("sink {} is right again", config.path());
            complaint = null;
        }
    }

    /**
     * No more is written and told.
     *
     * @param leavesFile whether another sink goes on with it
     * @return whether there is a change that nobody was told of
     */
    synchronized boolean retire(boolean leavesFile) {
        isRetired = true;
        boolean isUntold = endTelling();
        if (!leavesFile) {
            remove("it is not configured any more");
        }
        return isUntold;
    }
}
