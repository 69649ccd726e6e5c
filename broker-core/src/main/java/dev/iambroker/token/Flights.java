package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The renewals under way, one for each token: who asks for another joins it. Each goes when its upstream's {@link
 * Governor} lets it, and runs to its end on its own thread whatever its callers do. Thread-safe.
 */
final class Flights {
    /**
     * A token that is gone and that nobody waits for harms nobody before somebody asks, and then it goes first. Until
     * then it stands behind those that can still be renewed in time, but not behind all.
     */
    private static final Duration PATIENCE_OF_NOBODY = Duration.ofMinutes(2);

    private final TokenCache cache;
    private final Upstreams upstreams;
    private final Executor executor;
    private final Time time;
    private final BrokerEvents events;
    private final Function<Flight, @Nullable RenewalFailure> renewal;
    private final BiPredicate<Flight, RenewalFailure> isHandedOver;
    private final Consumer<ManagedAccount> announcement;
    private final Consumer<ManagedAccount> landed;
    private final Map<TokenKey, Flight> flights = new ConcurrentHashMap<>();

    /**
     * @param executor runs flights; they block on IAM
     * @param renewal what a flight does
     * @param isHandedOver whether somebody else sees to it that the landing of a flight that failed completes
     * @param announcement told of every account whose flight departs or lands
     * @param landed told of every account whose flight has landed, after its callers; quick, never throws
     */
    Flights(
            TokenCache cache,
            Upstreams upstreams,
            Executor executor,
            Time time,
            BrokerEvents events,
            Function<Flight, @Nullable RenewalFailure> renewal,
            BiPredicate<Flight, RenewalFailure> isHandedOver,
            Consumer<ManagedAccount> announcement,
            Consumer<ManagedAccount> landed) {
        this.cache = cache;
        this.upstreams = upstreams;
        this.executor = executor;
        this.time = time;
        this.events = events;
        this.renewal = renewal;
        this.isHandedOver = isHandedOver;
        this.announcement = announcement;
        this.landed = landed;
    }

    /** Whether a renewal was asked for and has not ended, be it that it still waits its turn. */
    boolean isUnderWay(TokenKey key) {
        return flights.containsKey(key);
    }

    /** Whether a renewal of the account runs; one that waits its turn does not. */
    boolean isAirborne(AccountName account) {
        return isAirborne(new TokenKey(account, TokenKind.ACCESS)) || isAirborne(new TokenKey(account, TokenKind.KUBE));
    }

    private boolean isAirborne(TokenKey key) {
        Flight flight = flights.get(key);
        return flight != null && flight.isAirborne();
    }

    /**
     * The landing of the flight that renews {@code key}: the one under way, or a new one.
     *
     * @param awaited whether a caller who has nothing waits for it
     */
    CompletableFuture<@Nullable Void> fly(ManagedAccount account, TokenKey key, boolean awaited) {
        Flight underWay = flights.get(key);
        if (underWay != null) {
            return join(underWay, awaited);
        }
        Flight flight = planned(account, key, awaited);
        Flight before = flights.putIfAbsent(key, flight);
        if (before != null) {
            return join(before, awaited);
        }
        flight.governor().submit(flight);
        return flight.landing();
    }

    private CompletableFuture<@Nullable Void> join(Flight underWay, boolean awaited) {
        if (awaited && !underWay.isAwaited()) {
            underWay.governor().hasten(underWay);
        }
        events.coalesced(underWay.key().account(), underWay.key().kind());
        return underWay.landing();
    }

    private Flight planned(ManagedAccount account, TokenKey key, boolean awaited) {
        long nowNanos = time.nanos();
        long failsNanos = nowNanos + slack(key).toNanos();
        Token token = cache.usable(key);
        boolean isDue = token == null || token.isDue(time);
        Governor governor = upstreams.of(account.account());
        return new Flight(account, key, governor, nowNanos, failsNanos, isDue, awaited, this::depart);
    }

    /** Ends the waiting of all callers; what is under way goes on, and nobody joins it any more. */
    void disappoint(RenewalFailure failure) {
        flights.forEach((key, flight) -> {
            flights.remove(key, flight);
            flight.landing().completeExceptionally(failure);
        });
    }

    /** How long until the first caller fails. */
    Duration slack(TokenKey key) {
        Token token = cache.usable(key);
        return token == null ? PATIENCE_OF_NOBODY : token.left(time).minus(token.floor());
    }

    private void depart(Flight flight) {
        RenewalFailure failure = Outcomes.internalError();
        boolean isTaken = false;
        try {
            announcement.accept(flight.account());
            executor.execute(() -> flight.run(() -> land(flight)));
            isTaken = true;
        } catch (RejectedExecutionException e) {
            failure = new RenewalFailure.Transient("the broker is stopping", null, null);
        } finally {
            // Whatever was thrown: one that stays would be joined by every later caller, and keep its session busy.
            if (!isTaken && flights.get(flight.key()) == flight) {
                // Not its landing: whoever let it go goes on with the next.
                flight.governor().release(flight);
                end(flight, failure);
            }
        }
    }

    private void land(Flight flight) {
        @Nullable RenewalFailure failure = null;
        boolean hasReturned = false;
        try {
            failure = renewal.apply(flight);
            hasReturned = true;
        } finally {
            // Whatever was thrown: a flight that never lands would be joined by every later caller.
            try {
                end(flight, hasReturned ? failure : Outcomes.internalError());
            } finally {
                flight.governor().landed(flight);
            }
        }
    }

    private void end(Flight flight, @Nullable RenewalFailure failure) {
        flights.remove(flight.key(), flight);
        announcement.accept(flight.account());
        if (failure == null) {
            flight.landing().complete(null);
        } else if (!isHandedOver.test(flight, failure)) {
            flight.landing().completeExceptionally(failure);
        }
        landed.accept(flight.account());
    }
}
