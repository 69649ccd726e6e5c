package dev.iambroker.token;

import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One renewal, from when it is asked for until it has ended. It waits on the ground until its {@link Governor} lets it
 * go. Identity tells two apart. Thread-safe.
 */
final class Flight {
    private static final ScopedValue<Flight> CURRENT = ScopedValue.newInstance();

    private final ManagedAccount account;
    private final TokenKey key;
    private final Governor governor;
    private final long askedNanos;
    private final long failsNanos;
    private final boolean wasDue;
    private final AccountStatus.@Nullable Failure deadWhenAsked;
    private final Consumer<Flight> onDeparture;
    private final CompletableFuture<@Nullable Void> landing = new CompletableFuture<>();
    private volatile boolean awaited;
    private volatile boolean airborne;
    private volatile boolean leftToOthers;

    /** Whether its first request was counted ahead. Written before it departs, then only by its own thread. */
    private boolean isPaid;

    /**
     * @param governor lets it go, and is told when it has ended: the same one, wherever the account's requests go then
     * @param askedNanos now, by the monotonic clock
     * @param failsNanos when the first caller fails without it, by the monotonic clock
     * @param wasDue whether there is no token to serve, or one whose time to be renewed has come
     * @param awaited whether a caller who has nothing waits for it
     */
    Flight(
            ManagedAccount account,
            TokenKey key,
            Governor governor,
            long askedNanos,
            long failsNanos,
            boolean wasDue,
            boolean awaited,
            Consumer<Flight> onDeparture) {
        this.account = account;
        this.key = key;
        this.governor = governor;
        this.askedNanos = askedNanos;
        this.failsNanos = failsNanos;
        this.wasDue = wasDue;
        this.deadWhenAsked = account.dead();
        this.awaited = awaited;
        this.onDeparture = onDeparture;
    }

    /** The flight that the current thread runs, null where it runs none. */
    static @Nullable Flight current() {
        return CURRENT.isBound() ? CURRENT.get() : null;
    }

    ManagedAccount account() {
        return account;
    }

    TokenKey key() {
        return key;
    }

    Governor governor() {
        return governor;
    }

    /**
     * Flights of which this is equal run one after the other: those of one session. One to an OpenShift cluster needs the
     * session for its passcode alone, and waits for it then: were it to hold up the others, an OAuth server that hangs
     * would keep the session's own tokens from being renewed.
     */
    Object turn() {
        return key.cluster() == null ? account.owner() : this;
    }

    long askedNanos() {
        return askedNanos;
    }

    long failsNanos() {
        return failsNanos;
    }

    boolean wasDue() {
        return wasDue;
    }

    /** It made nothing of it: another broker renews the token, or is about to. */
    void leaveToOthers() {
        leftToOthers = true;
    }

    boolean isLeftToOthers() {
        return leftToOthers;
    }

    /** Why the session ended while the flight waited; null where it did not, or had before it was asked for. */
    AccountStatus.@Nullable Failure diedSinceAsked() {
        AccountStatus.Failure dead = account.dead();
        return dead == null || dead.equals(deadWhenAsked) ? null : dead;
    }

    /**
     * Whether the {@link Airspace} has to have room for it. A caller does not wait behind the crowd; and one to an OpenShift
     * cluster says nothing of IAM, so it may not take what others have there.
     */
    boolean takesRoom() {
        return !awaited && key.cluster() == null;
    }

    boolean isAwaited() {
        return awaited;
    }

    void await() {
        awaited = true;
    }

    /** Whether it has left the ground. */
    boolean isAirborne() {
        return airborne;
    }

    /** Ends when the flight does, with the {@link RenewalFailure} where it failed. */
    CompletableFuture<@Nullable Void> landing() {
        return landing;
    }

    /** Lets it go; its first request has been counted. */
    void depart() {
        isPaid = true;
        airborne = true;
        onDeparture.accept(this);
    }

    /** Runs {@code journey} as this flight, on the calling thread. */
    void run(Runnable journey) {
        ScopedValue.where(CURRENT, this).run(journey);
    }

    /** Whether the request about to be made is the one that {@code by} counted ahead. True at most once. */
    boolean spends(Governor by) {
        boolean spends = isPaid && by == governor;
        if (spends) {
            isPaid = false;
        }
        return spends;
    }
}
