package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.Renewers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has what could not be shared written once more, whosever the login is to renew: the next renewal may be half a token's
 * life away, and until then the others would have nothing of it. Thread-safe.
 */
final class Resharing {
    private static final Logger log = LoggerFactory.getLogger(Resharing.class);
    private static final Duration RETRY = Duration.ofSeconds(5);

    private final Accounts accounts;
    private final Renewers renewers;
    private final LockState lock;
    private final Executor executor;
    private final Alarm alarm;
    private final Consumer<ManagedAccount> writing;
    private final Set<AccountName> waiting = ConcurrentHashMap.newKeySet();

    /** @param writing writes what waits of a login, or leaves it for later; with its lock held */
    Resharing(
            Accounts accounts,
            Renewers renewers,
            LockState lock,
            Executor executor,
            AlarmClock alarms,
            Consumer<ManagedAccount> writing) {
        this.accounts = accounts;
        this.renewers = renewers;
        this.lock = lock;
        this.executor = executor;
        this.alarm = alarms.sleeper(this::ring);
        this.writing = writing;
    }

    /** Something of the login of {@code owner} waits to be written. */
    void later(AccountName owner) {
        waiting.add(owner);
        alarm.arm(RETRY.toNanos());
    }

    private void ring() {
        if (renewers.adrift().isPositive()) {
            alarm.arm(RETRY.toNanos());
            return;
        }
        try {
            executor.execute(this::writeAll);
        } catch (RejectedExecutionException e) {
            log.debug("the broker is stopping: what waits is written at its end");
        }
    }

    /** Where one cannot be written the others wait too: each would take as long to find out. */
    private void writeAll() {
        try {
            waiting.forEach(this::write);
        } catch (RenewalFailure.Transient e) {
            log.debug("what waits to be shared waits on: {}", e.getMessage());
        }
        if (!waiting.isEmpty()) {
            alarm.arm(RETRY.toNanos());
        }
    }

    private void write(AccountName owner) {
        waiting.remove(owner);
        ManagedAccount account = accounts.lock(owner);
        if (account == null) {
            return;
        }
        try {
            if (!lock.isClosed()) {
                writing.accept(account);
            }
        } finally {
            if (account.unsaved() != null) {
                waiting.add(owner);
            }
            account.session().unlock();
        }
    }
}
