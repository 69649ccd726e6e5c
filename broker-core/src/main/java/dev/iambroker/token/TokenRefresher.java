package dev.iambroker.token;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.OpenShiftServers;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.event.BrokerEvents.Outcome;
import dev.iambroker.fleet.Ending;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Renews tokens, whoever asks: the schedule, or a caller whose wish the cache could not fulfil.
 *
 * <h2>Concurrency</h2>
 *
 * One flight for each token: who asks while one is under way joins it. Flights of one session run one after the other,
 * under its lock. How often IAM is asked, and who is first when it may not be asked more, is the {@link Governor}'s to
 * say.
 *
 * <h2>Failure</h2>
 *
 * A transient failure is retried by the schedule; until then callers are told at once, without another request. A
 * permanent one stops the renewals of the whole session until {@code login}, or until the configured credential is
 * another; one that concerns a single token stops those of that token alone. What is cached stays cached in any case.
 */
final class TokenRefresher {
    private static final Logger log = LoggerFactory.getLogger(TokenRefresher.class);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Accounts accounts;
    private final Exchange exchange;
    private final OpenShiftRenewal openShift;
    private final TokenCache cache;
    private final RefreshQueue queue;
    private final RefreshSchedule schedule;
    private final LockState lock;
    private final Backoff backoff;
    private final Time time;
    private final BrokerEvents events;
    private final Standings standings = new Standings();
    private final Duties duties;
    private final Flights flights;

    /** @param landed told of every account of which a flight ended; quick, never throws */
    TokenRefresher(
            Accounts accounts,
            Exchange exchange,
            Intake intake,
            OpenShiftServers openShiftServers,
            TokenCache cache,
            RefreshQueue queue,
            RefreshSchedule schedule,
            LockState lock,
            Duties duties,
            Upstreams upstreams,
            Executor executor,
            Time time,
            BrokerEvents events,
            Consumer<ManagedAccount> landed) {
        this.accounts = accounts;
        this.exchange = exchange;
        this.openShift = new OpenShiftRenewal(this, exchange, openShiftServers, intake, time);
        this.cache = cache;
        this.queue = queue;
        this.schedule = schedule;
        this.lock = lock;
        this.duties = duties;
        this.backoff = new Backoff(schedule.random());
        this.time = time;
        this.events = events;
        this.flights = new Flights(
                cache, upstreams, executor, time, events, this::renew, this::isHandedOver, this::announce, landed);
    }

    Standings standings() {
        return standings;
    }

    /** Whether this broker renews {@code key} now, and not another of its fleet. */
    boolean isOurs(ManagedAccount account, TokenKey key) {
        return duties.isOurs(account, key);
    }

    /** Why nobody may renew the account's tokens now, whatever IAM says; null where somebody may. */
    @Nullable
    RenewalFailure withheld(ManagedAccount account) {
        return duties.withheld(account);
    }

    /** Whether a renewal of the account runs; one that still waits its turn does not. */
    boolean isFlying(AccountName account) {
        return flights.isAirborne(account);
    }

    /** Only these accounts are there from now on. */
    void keepOnly(Set<AccountName> accounts) {
        duties.keepOnly(accounts);
    }

    /** Tells whoever waits for a renewal that there is none to wait for. */
    void disappoint(RenewalFailure failure) {
        flights.disappoint(failure);
        duties.disappoint(failure);
    }

    private void announce(ManagedAccount account) {
        accounts.announce(account, this);
    }

    /** What the schedule planned has come due; what would fail first is the first to go. */
    void renewPlanned(Collection<TokenKey> due) {
        Map<TokenKey, Duration> slack = new LinkedHashMap<>();
        due.forEach(key -> slack.put(key, flights.slack(key)));
        slack.entrySet().stream()
                .sorted(Map.Entry.comparingByValue())
                .forEach(entry -> renewOrPlanAgain(entry.getKey()));
    }

    /** One that fails in an unforeseen way must not take the plans of the others along. */
    private void renewOrPlanAgain(TokenKey key) {
        try {
            renewPlanned(key);
        } catch (RuntimeException e) {
            log.error("the renewal of {} could not begin, in a way that should not happen", key, e);
            queue.plan(key, time.nanos() + LOOK_AGAIN.toNanos());
        }
    }

    /** A kube token that nobody asked for lately is let go. */
    private void renewPlanned(TokenKey key) {
        ManagedAccount account = accounts.find(key.account());
        if (account == null || lock.isClosed()) {
            return;
        }
        if (!isWorthKeeping(account, key)) {
            forget(account, key);
            return;
        }
        if (!duties.isOurs(account, key)) {
            leaveToOthers(key);
        } else if (flights.isUnderWay(key)) {
            // It may be landing: its own plan came due before it was out of the way, and must not be lost.
            queue.plan(key, time.nanos() + LOOK_AGAIN.toNanos());
        } else if (stopped(account, key) == null) {
            fly(account, key);
        }
    }

    private void leaveToOthers(TokenKey key) {
        queue.plan(key, time.nanos() + Duties.LOOK_AGAIN.toNanos());
        if (key.kind() == TokenKind.KUBE) {
            // Who renews it knows only of its own callers, and would let it go.
            duties.wish(key, /* isForced= */ false);
        }
    }

    /** What stood in the way of a token that nobody uses concerns nobody. */
    private void forget(ManagedAccount account, TokenKey key) {
        Standings.Standing standing = standings.of(key);
        if (standing != null && !standing.isPermanent()) {
            standings.clear(key);
            announce(account);
        }
    }

    private boolean isWorthKeeping(ManagedAccount account, TokenKey key) {
        return key.kind() != TokenKind.KUBE
                || account.usedWithin(key, schedule.keepWarm().toNanos(), time.nanos());
    }

    /** Starts a renewal that nobody waits for, unless it would be too soon. */
    void renewBehind(ManagedAccount account, Token due) {
        TokenKey key = due.key().renewedAs();
        if (!schedule.isTooYoung(due, time) && duties.isOurs(account, key) && blocking(account, key) == null) {
            fly(account, key);
        }
    }

    /**
     * What a caller gets at once instead of a flight; null where a flight makes sense. An attempt under way is worth
     * waiting for even after failures, but a dead login is not: it may be tried anew behind the callers' backs, and
     * each of them would hang on it.
     */
    @Nullable
    RenewalFailure blocking(ManagedAccount account, TokenKey key) {
        AccountStatus.Failure dead = account.dead();
        if (dead != null && !account.isDisabled()) {
            return dead.cause();
        }
        if (flights.isUnderWay(key)) {
            return null;
        }
        RenewalFailure withheld = key.cluster() == null ? duties.withheld(account) : null;
        if (withheld != null) {
            return withheld;
        }
        RenewalFailure stopped = stopped(account, key);
        return stopped != null ? stopped : standings.blocking(key, time);
    }

    private @Nullable RenewalFailure stopped(ManagedAccount account, TokenKey key) {
        if (account.isDisabled()) {
            return new RenewalFailure.Disabled("logged out");
        }
        AccountStatus.Failure dead = account.dead();
        if (dead != null) {
            return dead.cause();
        }
        Standings.Standing standing = standings.of(key);
        return standing != null && standing.isPermanent() ? standing.failure() : null;
    }

    /** The flight that renews {@code key}: the one under way, or a new one. Not every starter waits for it. */
    @CanIgnoreReturnValue
    CompletableFuture<@Nullable Void> fly(ManagedAccount account, TokenKey key) {
        return duties.isOurs(account, key)
                ? flights.fly(account, key, /* awaited= */ false)
                : arrival(account, key, /* isForced= */ true);
    }

    /** As {@link #fly}, for a caller who has nothing and waits: it goes before those that nobody misses yet. */
    CompletableFuture<@Nullable Void> flyAwaited(ManagedAccount account, TokenKey key) {
        return duties.isOurs(account, key)
                ? flights.fly(account, key, /* awaited= */ true)
                : arrival(account, key, /* isForced= */ false);
    }

    private CompletableFuture<@Nullable Void> arrival(ManagedAccount account, TokenKey key, boolean isForced) {
        CompletableFuture<@Nullable Void> arrival = duties.arrival(key, isForced);
        if (duties.isOurs(account, key)) {
            // It became so before anybody was known to wait.
            takeOver(account, key);
        }
        return arrival;
    }

    /** Whether whoever waits for the flight, which failed, waits for what another broker brings that renews it by now. */
    private boolean isHandedOver(Flight flight, RenewalFailure failure) {
        ManagedAccount account = flight.account();
        if (!(failure instanceof RenewalFailure.Transient) || !duties.isAnothers(account, flight.key())) {
            return false;
        }
        if (hasArrived(flight)) {
            flight.landing().complete(null);
        } else {
            carryOver(duties.arrival(flight.key(), /* isForced= */ true), flight.landing());
        }
        return true;
    }

    /** Whoever waits for another broker to bring {@code key} now waits for this one. */
    void takeOver(ManagedAccount account, TokenKey key) {
        CompletableFuture<@Nullable Void> waiting = duties.takeWaiting(key);
        if (waiting != null) {
            carryOver(flights.fly(account, key, /* awaited= */ true), waiting);
        }
    }

    private static void carryOver(
            CompletableFuture<@Nullable Void> landing, CompletableFuture<@Nullable Void> waiting) {
        var unused = landing.whenComplete((nothing, failure) -> {
            if (failure == null) {
                waiting.complete(null);
            } else {
                waiting.completeExceptionally(failure);
            }
        });
    }

    /** What another broker's client wishes for: as a client's of this one. */
    void renewWished(ManagedAccount account, TokenKey key, boolean isForced) {
        Token token = cache.usable(key);
        boolean isWanted = token == null
                || token.isDue(time)
                || ((isForced || !isShared(account, token)) && !schedule.isTooYoung(token, time));
        if (isWanted && blocking(account, key.renewedAs()) == null) {
            fly(account, key.renewedAs());
        }
    }

    /** A purge elsewhere, or a change of the account there, takes what was shared away from the others too. */
    private static boolean isShared(ManagedAccount account, Token token) {
        return account.stored().tokens().stream().anyMatch(kept -> kept.value().matches(token.value()));
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

    private @Nullable RenewalFailure renew(Flight flight) {
        try {
            return flight.key().cluster() == null
                    ? atSession(flight, account -> renewUnlessRenewed(flight, account))
                    : openShift.renew(flight, flight.key().cluster());
        } catch (RenewalFailure overtaken) {
            return overtaken;
        }
    }

    /**
     * Does {@code work} with nobody else at the session, for the account that has the name now: a reload may have replaced
     * the one that the flight began with.
     *
     * @throws RenewalFailure if what happened to the account meanwhile leaves nothing to do
     */
    <T extends @Nullable Object> T atSession(Flight flight, Function<ManagedAccount, T> work) {
        ManagedAccount account = accounts.lock(flight.key().account());
        if (account == null) {
            throw new RenewalFailure.Transient("the account is no longer configured", null, null);
        }
        try {
            if (lock.isClosed()) {
                throw new RenewalFailure.Locked();
            }
            RenewalFailure overtaken = overtaken(flight, account);
            if (overtaken != null) {
                throw overtaken;
            }
            return work.apply(account);
        } finally {
            account.session().unlock();
        }
    }

    private @Nullable RenewalFailure renewUnlessRenewed(Flight flight, ManagedAccount account) {
        if (!duties.isOurs(account, flight.key())) {
            leaveToOthers(flight.key());
            return new RenewalFailure.Transient("another broker of the fleet renews it from now on", null, LOOK_AGAIN);
        }
        if (isRenewedAlready(flight, account)) {
            forgive(account, flight.key());
            return null;
        }
        return attempted(
                account,
                flight.key(),
                () -> exchange.renew(account, flight.key().kind()));
    }

    /** What happened to the account while the flight waited its turn. */
    private static @Nullable RenewalFailure overtaken(Flight flight, ManagedAccount account) {
        if (account.isDisabled()) {
            // A renewal now would log it in again behind everybody's back.
            return new RenewalFailure.Disabled("logged out");
        }
        AccountStatus.Failure died = flight.account() == account ? flight.diedSinceAsked() : null;
        return died == null ? null : died.cause();
    }

    /** A login, say, brought what the flight was to fetch while it waited its turn. */
    private boolean isRenewedAlready(Flight flight, ManagedAccount account) {
        return hasArrived(flight) && !exchange.lacksUaa(account);
    }

    private boolean hasArrived(Flight flight) {
        Token token = cache.usable(flight.key());
        return token != null && token.lifetime().acquiredNanos() - flight.askedNanos() > 0;
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

    private void forgive(ManagedAccount account, TokenKey key) {
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

    /** The plans of all who share a login were dropped while it was dead. */
    private void planUnlessServed(ManagedAccount sharing) {
        if (cache.usable(new TokenKey(sharing.name(), TokenKind.ACCESS)) == null) {
            planNow(sharing.account());
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

    /** Plans a first renewal for an account that has nothing to serve. */
    void planNow(Account account) {
        queue.plan(new TokenKey(account.name(), TokenKind.ACCESS), time.nanos());
    }
}
