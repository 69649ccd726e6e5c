package dev.iambroker.token;

import dev.iambroker.store.StoreFailure;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Does with a session what a person commands, with nobody else at it. Thread-safe. */
final class SessionHold {
    /** How long a command waits for a renewal under way: longer than one exchange with IAM may take. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** A disk that is full, or an etcd that is out of reach, may be well again soon. */
    private static final Duration STORE_RETRY = Duration.ofSeconds(5);

    private final Accounts accounts;
    private final LockState lock;

    SessionHold(Accounts accounts, LockState lock) {
        this.accounts = accounts;
        this.lock = lock;
    }

    /**
     * Does {@code work} with nobody else at the session. A renewal that hangs at IAM holds it too, and a person's command
     * must not hang along.
     */
    void hold(ManagedAccount account, Runnable work) {
        if (!isHeldWithin(account.session(), PATIENCE)) {
            throw new RenewalFailure.StillWaiting("a renewal under way has not ended within " + PATIENCE.toSeconds()
                    + " s; nothing was changed: try again");
        }
        try {
            demandCurrent(account);
            work.run();
        } finally {
            account.session().unlock();
        }
    }

    private static boolean isHeldWithin(ReentrantLock session, Duration patience) {
        try {
            return session.tryLock(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** What a person brought is for the account that they saw; it is not spent on the one that a reload made of it. */
    private void demandCurrent(ManagedAccount account) {
        lock.demandOpen();
        if (!accounts.isCurrent(account)) {
            throw new RenewalFailure.Transient("the account was configured anew meanwhile: try again", null, null);
        }
    }

    static RenewalFailure.Transient notWritten(StoreFailure failure) {
        return new RenewalFailure.Transient(failure.getMessage(), null, STORE_RETRY);
    }
}
