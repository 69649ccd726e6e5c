package dev.iambroker.token;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.OpenShiftServers;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
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
 * What comes of it is for {@link Outcomes} to see to.
 */
final class TokenRefresher {
    private static final Logger log = LoggerFactory.getLogger(TokenRefresher.class);

    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Accounts accounts;
    private final Exchange exchange;
    private final SessionTurn turn;
    private final OpenShiftRenewal openShift;
    private final TokenCache cache;
    private final RefreshQueue queue;
    private final RefreshSchedule schedule;
    private final LockState lock;
    private final Time time;
    private final Outcomes outcomes;
    private final Standings standings;
    private final Duties duties;
    private final Flights flights;
    private final Consumer<ManagedAccount> catchUp;

    /**
     * @param landed told of every account of which a flight ended; quick, never throws
     * @param catchUp takes in what others did to the account's login; with the lock of its session held
     */
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
            Standings standings,
            Outcomes outcomes,
            Upstreams upstreams,
            Executor executor,
            Time time,
            BrokerEvents events,
            Consumer<ManagedAccount> landed,
            Consumer<ManagedAccount> catchUp) {
        this.accounts = accounts;
        this.exchange = exchange;
        this.turn = new SessionTurn(accounts, lock);
        this.openShift = new OpenShiftRenewal(turn, outcomes, exchange, openShiftServers, intake, time);
        this.cache = cache;
        this.queue = queue;
        this.schedule = schedule;
        this.lock = lock;
        this.duties = duties;
        this.time = time;
        this.standings = standings;
        this.outcomes = outcomes;
        this.catchUp = catchUp;
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

    /** Whether this broker renews {@code key} for somebody who asks for another token. */
    boolean isOursWhenAsked(ManagedAccount account, TokenKey key) {
        return duties.isOursWhenAsked(account, key);
    }

    /** Why nobody may log in now, whatever IAM says; null where somebody may. */
    @Nullable
    RenewalFailure withheldLogin(ManagedAccount account) {
        return duties.withheldLogin(account);
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

    /** Whether another look at a token that is due would change nothing: it is being renewed, or that is put off. */
    boolean isSeenTo(TokenKey key) {
        return flights.isUnderWay(key) || standings.isBlocking(key, time);
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
        return duties.isOursWhenAsked(account, key)
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
        if (duties.isOursWhenAsked(account, key)) {
            // It became so before anybody was known to wait.
            takeOver(account, key);
        }
        return arrival;
    }

    /** Whether whoever waits for the flight, which failed, waits for what another broker brings that renews it by now. */
    private boolean isHandedOver(Flight flight, RenewalFailure failure) {
        ManagedAccount account = flight.account();
        boolean isOthers = flight.isLeftToOthers() || duties.isAnothers(account, flight.key());
        if (!isOthers || !(failure instanceof RenewalFailure.Transient)) {
            return false;
        }
        if (hasArrived(flight)) {
            flight.landing().complete(null);
        } else {
            carryOver(handedOn(flight.key()), flight.landing());
        }
        return true;
    }

    /** What was due is so for the other too, by its own plan: to wish for it could have it renewed twice. */
    private CompletableFuture<@Nullable Void> handedOn(TokenKey key) {
        Token token = cache.usable(key);
        return token != null && token.isDue(time)
                ? duties.arrival(key)
                : duties.arrival(key, /* isForced= */ token != null);
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

    private @Nullable RenewalFailure renew(Flight flight) {
        try {
            return flight.key().cluster() == null
                    ? turn.take(flight, account -> renewIfOurs(flight, account))
                    : openShift.renew(flight, flight.key().cluster());
        } catch (RenewalFailure overtaken) {
            return overtaken;
        }
    }

    private @Nullable RenewalFailure renewIfOurs(Flight flight, ManagedAccount account) {
        // Before the look at whose it is: were it handed over after that, both would renew it.
        if (!duties.hold(account)) {
            // Whose it is then is known in a moment; it may be this one's again.
            queue.plan(flight.key(), time.nanos() + LOOK_AGAIN.toNanos());
            return leftToOthers(flight);
        }
        try {
            if (duties.isOursWhenAsked(account, flight.key())) {
                return renewUnlessRenewed(flight, account);
            }
            leaveToOthers(flight.key());
            return leftToOthers(flight);
        } finally {
            duties.release(account);
        }
    }

    private static RenewalFailure leftToOthers(Flight flight) {
        flight.leaveToOthers();
        return new RenewalFailure.Transient("another broker of the fleet renews it from now on", null, LOOK_AGAIN);
    }

    private @Nullable RenewalFailure renewUnlessRenewed(Flight flight, ManagedAccount account) {
        if (duties.isBehind(account)) {
            // The duty came with what its renewer before this one did last, and that is told a moment later.
            catchUp.accept(account);
            RenewalFailure overtaken = SessionTurn.overtaken(flight, account);
            if (overtaken != null) {
                return overtaken;
            }
        }
        if (isRenewedAlready(flight, account)) {
            outcomes.forgive(account, flight.key());
            return null;
        }
        return outcomes.attempted(
                account,
                flight.key(),
                () -> exchange.renew(account, flight.key().kind()));
    }

    /** A login, say, brought what the flight was to fetch while it waited its turn. */
    private boolean isRenewedAlready(Flight flight, ManagedAccount account) {
        return (hasArrived(flight) || isDueNoMore(flight)) && !exchange.lacksUaa(account);
    }

    /** Another broker renewed it before this one was asked to, and nobody waits for one that is newer. */
    private boolean isDueNoMore(Flight flight) {
        Token token = cache.usable(flight.key());
        return flight.wasDue() && !flight.isAwaited() && token != null && !token.isDue(time);
    }

    private boolean hasArrived(Flight flight) {
        Token token = cache.usable(flight.key());
        return token != null && token.lifetime().acquiredNanos() - flight.askedNanos() > 0;
    }
}
