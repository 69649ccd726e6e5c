package dev.iambroker.token;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.account.Account;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.event.BrokerEvents.Outcome;
import dev.iambroker.fleet.Ending;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What comes of a renewal, here or elsewhere: what stands in the way of the next one, when that is, and what the others
 * are told. Callers hold the session's lock, but where they hear of others. Thread-safe.
 *
 * <h2>Failure</h2>
 *
 * A transient failure is retried by the schedule; until then callers are told at once, without another request. A
 * permanent one stops the renewals of the whole session until {@code login}, or until the configured credential is
 * another; one that concerns a single token stops those of that token alone. What is cached stays cached in any case.
 */
final class Outcomes {
    private static final Logger log = LoggerFactory.getLogger(Outcomes.class);

    private final Accounts accounts;
    private final Standings standings;
    private final TokenCache cache;
    private final RefreshQueue queue;
    private final RefreshSchedule schedule;
    private final Duties duties;
    private final Backoff backoff;
    private final Time time;
    private final BrokerEvents events;

    Outcomes(
            Accounts accounts,
            Standings standings,
            TokenCache cache,
            RefreshQueue queue,
            RefreshSchedule schedule,
            Duties duties,
            Time time,
            BrokerEvents events) {
        this.accounts = accounts;
        this.standings = standings;
        this.cache = cache;
        this.queue = queue;
        this.schedule = schedule;
        this.duties = duties;
        this.backoff = new Backoff(schedule.random());
        this.time = time;
        this.events = events;
    }

    /** Does {@code renewal}, and sees to what comes of it. */
    @Nullable
    RenewalFailure attempted(ManagedAccount account, TokenKey key, Runnable renewal) {
        try {
            renewal.run();
            succeeded(account, key);
            return null;
        } catch (RenewalFailure e) {
            return failed(account, key, e);
        } catch (RuntimeException e) {
            log.error("renewing {} failed in a way that should not happen", key, e);
            return failed(account, key, internalError());
        } catch (Error e) {
            // The thread's end reports it; the next attempt is planned all the same.
            failed(account, key, internalError());
            throw e;
        }
    }

    private void succeeded(ManagedAccount account, TokenKey key) {
        forgive(account, key);
        events.refreshed(key.account(), key.kind(), Outcome.SUCCESS);
    }

    void forgive(ManagedAccount account, TokenKey key) {
        Standings.Standing before = standings.of(key);
        if (before != null) {
            Duration down = Duration.ofNanos(time.nanos() - before.sinceNanos());
            log.info("{} is renewed again after {} failed attempts in {} s", key, before.failures(), down.toSeconds());
        } else if (account.dead() != null) {
            log.info("{} is renewed again", key);
        }
        standings.clear(key);
        boolean wasDead = account.dead() != null;
        account.revive();
        if (before != null && before.isPermanent()) {
            duties.works(key.account(), key.kind());
        }
        if (wasDead) {
            duties.works(account.owner().name(), TokenKind.ACCESS);
            accounts.sharing(account.owner()).forEach(this::planUnlessServed);
        }
        if (key.kind() == TokenKind.ACCESS) {
            giveAnotherChance(account);
        }
    }

    /** IAM takes the credential: what it refused of the other kinds may have been a mood, and is asked for once more. */
    private void giveAnotherChance(ManagedAccount account) {
        standings.clear(new TokenKey(account.name(), TokenKind.UAA));
        for (TokenKey key : account.keys()) {
            Standings.Standing standing = standings.of(key);
            if (key.kind() == TokenKind.KUBE && standing != null && standing.isPermanent()) {
                standings.clear(key);
            }
        }
    }

    /** What whoever waited for the flight is told: the failure, and where it is tried again, when. */
    @CanIgnoreReturnValue
    RenewalFailure failed(ManagedAccount account, TokenKey key, RenewalFailure failure) {
        return switch (failure) {
            case RenewalFailure.Transient e -> postponed(key, e);
            case RenewalFailure.LoginRequired e -> halted(account, key, e);
            case RenewalFailure.IdentityMismatch e -> halted(account, key, e);
            case RenewalFailure.Refused e -> halted(account, key, e);
            case RenewalFailure.ClusterRefused e -> halted(account, key, e);
            case RenewalFailure.Disabled e -> {
                queue.forget(key);
                yield e;
            }
            // Every plan is dropped at the lock and made anew after it.
            case RenewalFailure.Locked e -> e;
            case RenewalFailure.StillWaiting e -> throw new IllegalStateException("a flight has no caller's patience");
        };
    }

    private RenewalFailure postponed(TokenKey key, RenewalFailure.Transient failure) {
        int failures = standings.nextCount(key);
        Duration delay = backoff.next(failures, lifeLeft(key), failure.retryAfter());
        standings.postponed(key, failure, delay, time);
        queue.plan(key, time.nanos() + delay.toNanos());
        events.refreshed(key.account(), key.kind(), Outcome.TRANSIENT);
        if (failures == 1) {
            log.warn("renewing {} fails, trying again: {}", key, failure.getMessage());
        } else {
            log.debug("renewing {} failed {} times, next in {} ms", key, failures, delay.toMillis());
        }
        return new RenewalFailure.Transient(failure.getMessage(), failure.iamCode(), delay);
    }

    private @Nullable Duration lifeLeft(TokenKey key) {
        Token token = cache.usable(key);
        return token == null ? null : token.left(time);
    }

    private RenewalFailure halted(ManagedAccount account, TokenKey key, RenewalFailure failure) {
        events.refreshed(key.account(), key.kind(), Outcome.PERMANENT);
        queue.forget(key);
        // What is refused to one of several accounts says nothing about the login that they share.
        boolean isOwnAccess = key.kind() == TokenKind.ACCESS && account.ownsItsSession();
        // Nor does anything but its own access token of an owner that has no session to lose.
        boolean hasSession = !account.owner().account().login().renewsByCredential();
        boolean sessionIsDead = isOwnAccess || (failure instanceof RenewalFailure.LoginRequired && hasSession);
        if (sessionIsDead) {
            return ended(account, failure);
        }
        standings.stopped(key, failure, time);
        if (key.cluster() == null) {
            duties.ended(key.account(), key.kind(), failure);
        }
        log.warn("{} cannot be had: {}", key, failure.getMessage());
        return failure;
    }

    /** A session that is over stays over for IAM's own reason, however often one looks whether it could begin again. */
    private RenewalFailure ended(ManagedAccount account, RenewalFailure failure) {
        AccountStatus.Failure before = account.dead();
        if (before != null
                && failure instanceof RenewalFailure.LoginRequired again
                && again.isOnlyForWantOfCredential()) {
            account.owner().die(new AccountStatus.Failure(time.now(), before.cause()));
            return before.cause();
        }
        account.owner().die(new AccountStatus.Failure(time.now(), failure));
        duties.ended(account.owner().name(), TokenKind.ACCESS, failure);
        log.warn(
                "account {} needs a login: run 'iam-broker login {}' ({})",
                account.name(),
                account.owner().name(),
                failure.getMessage());
        return failure;
    }

    /** A renewal brought the access token without the one that only comes along with it; not looked for again at once. */
    RenewalFailure cameWithout(TokenKey key) {
        Duration delay = schedule.minInterval();
        var failure = new RenewalFailure.Transient(
                "IAM answered without a token of kind " + key.kind().word(), null, delay);
        standings.postponed(key, failure, delay, time);
        return failure;
    }

    static RenewalFailure.Transient internalError() {
        return new RenewalFailure.Transient("internal error, see the log", null, null);
    }

    /** Forgets every failure of the accounts that share the session, as a login ends them all. */
    void forgive(ManagedAccount owner) {
        if (owner.dead() != null) {
            duties.works(owner.name(), TokenKind.ACCESS);
        }
        owner.revive();
        for (ManagedAccount account : accounts.sharing(owner)) {
            account.keys().forEach(this::forgive);
        }
    }

    private void forgive(TokenKey key) {
        Standings.Standing standing = standings.of(key);
        standings.clear(key);
        if (standing != null && standing.isPermanent() && key.cluster() == null) {
            duties.works(key.account(), key.kind());
        }
    }

    /** A renewal or a login elsewhere brought the account its tokens. */
    void forgiveArrived(ManagedAccount account) {
        if (account.ownsItsSession()) {
            forgive(account);
            accounts.sharing(account).forEach(this::planUnlessServed);
        } else {
            account.keys().forEach(standings::clear);
        }
    }

    /** What the broker that renews {@code key} found to be over. */
    void endedElsewhere(ManagedAccount account, TokenKey key, Ending ending) {
        RenewalFailure failure = Duties.failure(ending);
        if (key.kind() == TokenKind.ACCESS && account.ownsItsSession()) {
            account.die(new AccountStatus.Failure(ending.at(), failure));
            accounts.sharing(account).forEach(sharing -> sharing.keys().forEach(of -> duties.disappoint(of, failure)));
        } else {
            standings.stopped(key, failure, time);
            duties.disappoint(key, failure);
        }
    }

    /** What was {@linkplain #endedElsewhere over} is not. */
    void worksAgain(ManagedAccount account, TokenKey key) {
        standings.clear(key);
        if (key.kind() == TokenKind.ACCESS && account.ownsItsSession()) {
            account.revive();
            accounts.sharing(account).forEach(this::planUnlessServed);
        }
    }

    /** The plans of all who share a login were dropped while it was dead. */
    private void planUnlessServed(ManagedAccount sharing) {
        if (cache.usable(new TokenKey(sharing.name(), TokenKind.ACCESS)) == null) {
            planNow(sharing.account());
        }
    }

    /** Plans a first renewal for an account that has nothing to serve. */
    void planNow(Account account) {
        queue.plan(new TokenKey(account.name(), TokenKind.ACCESS), time.nanos());
    }
}
