package dev.iambroker.broker;

import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.BrokerFailure.PassphraseRefused;
import dev.iambroker.broker.BrokerFailure.PassphraseRefused.Reason;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
import dev.iambroker.token.LockFailed;
import dev.iambroker.token.Time;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The lock of the broker. One attempt at a time; after a wrong passphrase the next is not even looked at for a while that
 * doubles, whoever makes it: guessing goes at the pace of one guess a minute, and costs the daemon one derivation each.
 * Every attempt is on disk before it is looked at: a restart, in the midst of it too, gives nobody a fresh one.
 */
public final class BrokerLock implements LockControl {
    private static final Logger log = LoggerFactory.getLogger(BrokerLock.class);

    static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    static final Duration LONGEST_DELAY = Duration.ofMinutes(1);

    /** Enough to reach the longest from the first. */
    private static final int MOST_DOUBLINGS = 10;

    private static final String LOCK = "lock";
    private static final String UNLOCK = "unlock";

    private final Gate gate;
    private final TokenService tokens;
    private final Time time;
    private final Consumer<Runnable> alone;
    private final LockListener listener;

    /** Guards what is below. */
    private final ReentrantLock attempt = new ReentrantLock();

    private Tries tries;
    private long refusedNanos;

    /**
     * @param alone runs its argument while nothing else changes accounts
     */
    BrokerLock(Gate gate, TokenService tokens, Time time, Consumer<Runnable> alone, LockListener listener) {
        this.gate = gate;
        this.tokens = tokens;
        this.time = time;
        this.alone = alone;
        this.listener = listener;
        this.tries = tokens.tries();
        this.refusedNanos = time.nanos() - sinceLastTry().toNanos();
    }

    /** The wall clock may have been set back, or far ahead: nobody waits longer for that than after a wrong passphrase. */
    private Duration sinceLastTry() {
        Duration since = Duration.between(tries.last(), time.now());
        return since.isNegative() ? Duration.ZERO : smaller(since, LONGEST_DELAY);
    }

    @Override
    public boolean isLocked() {
        return tokens.isLocked();
    }

    @Override
    public void lock(ClientIdentity client, Secret passphrase) {
        gate.demandAdminOfAll(client, LOCK);
        singly(() -> lockAlone(client, passphrase));
    }

    private void lockAlone(ClientIdentity client, Secret passphrase) {
        if (tokens.isLocked()) {
            throw new BrokerFailure.Locked(
                    "the broker is locked already, by the passphrase that was given then", About.NOTHING);
        }
        // Whoever locks may know why: nothing is served while this waits for a reload or for IAM.
        tokens.close();
        try {
            changing(() -> tokens.lock(passphrase));
        } catch (RuntimeException | Error e) {
            listener.servesOn();
            throw e;
        }
        listener.locked();
        tries = Tries.NONE;
        gate.record(client, LOCK, true);
        log.warn("locked: nothing is served before 'iam-broker unlock'");
    }

    @Override
    public void unlock(ClientIdentity client, Secret passphrase) {
        gate.demandAdminOfAll(client, UNLOCK);
        singly(() -> unlockAlone(client, passphrase));
    }

    private void unlockAlone(ClientIdentity client, Secret passphrase) {
        if (!tokens.isLocked()) {
            return;
        }
        Duration left = delay().minusNanos(time.nanos() - refusedNanos);
        if (left.isPositive()) {
            gate.record(client, UNLOCK, false);
            throw tooSoon("a wrong passphrase was given before: wait", left);
        }
        Tries withThis = tries.andOne(time.now());
        boolean[] right = {false};
        changing(() -> {
            tokens.keep(withThis);
            right[0] = tokens.unlock(passphrase);
        });
        gate.record(client, UNLOCK, right[0]);
        if (!right[0]) {
            throw wrong(withThis);
        }
        listener.unlocked();
        tries = Tries.NONE;
    }

    private PassphraseRefused wrong(Tries withThis) {
        tries = withThis;
        refusedNanos = time.nanos();
        Duration delay = delay();
        log.warn("a wrong passphrase was given to unlock the broker: the next is looked at in {} s", delay.toSeconds());
        return new PassphraseRefused(
                Reason.WRONG,
                "this is not the passphrase that the broker was locked by; nothing was unlocked",
                About.NOTHING.withRetryAfter(delay).withHint("try again in " + delay.toSeconds() + " s"));
    }

    private Duration delay() {
        if (tries.count() == 0) {
            return Duration.ZERO;
        }
        int doublings = Math.min(tries.count() - 1, MOST_DOUBLINGS);
        return smaller(FIRST_DELAY.multipliedBy(1L << doublings), LONGEST_DELAY);
    }

    private static PassphraseRefused tooSoon(String why, Duration left) {
        return new PassphraseRefused(Reason.TOO_SOON, why, About.NOTHING.withRetryAfter(left));
    }

    private static Duration smaller(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** Nobody queues: a derivation takes tens of megabytes, and a queue of guesses would be one. */
    private void singly(Runnable work) {
        if (!attempt.tryLock()) {
            throw tooSoon("another lock or unlock is under way", FIRST_DELAY);
        }
        try {
            work.run();
        } finally {
            attempt.unlock();
        }
    }

    private void changing(Runnable work) {
        try {
            alone.accept(work);
        } catch (LockFailed e) {
            log.error("{}", e.getMessage());
            throw new BrokerFailure.StoreFailed(e.getMessage(), About.NOTHING);
        }
    }
}
