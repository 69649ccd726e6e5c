package dev.iambroker.token;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.AccountName;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds the broker to the budget of one IAM, whatever its callers, its schedule and the hour do.
 *
 * <h2>What counts</h2>
 *
 * A flight is let go when the budget has a request for it. What it asks beyond that is counted when it asks, as a debt
 * that later flights wait off: one that holds a session must not stop half-way. Logins by a person and revocations do
 * not wait either, as nobody logs in a thousand times; of a loop of logins all but a part of the rate is refused.
 *
 * <h2>Order</h2>
 *
 * See {@link Departures}. A flight whose session is busy with another does not go, so that what waits for its session
 * takes nothing from the budget, and nothing comes in a burst when a session is free again. Nor does one that nobody
 * waits for while the {@link Airspace} is full.
 *
 * <h2>Concurrency</h2>
 *
 * Nothing here blocks or sleeps: what cannot go now goes when the alarm rings, or when another flight has landed. A
 * flight departs outside the lock. Thread-safe.
 */
final class Governor {
    private static final Logger log = LoggerFactory.getLogger(Governor.class);

    /** Beyond the budget one request in so many may be a login, so that a loop of them leaves the rest to renewals. */
    private static final int PART_FOR_LOGINS = 4;

    private static final double NANOS = 1e9;

    private final String upstream;
    private final Time time;
    private final Alarm alarm;

    @GuardedBy("this")
    private final Departures waiting = new Departures();

    @GuardedBy("this")
    private final Refusals refusals = new Refusals();

    private final Airspace airspace;

    /** Those in the air that took room. */
    @GuardedBy("this")
    private final Set<Flight> aloft = new HashSet<>();

    @GuardedBy("this")
    private Budget budget;

    /** When the next login beyond the budget may be. */
    @GuardedBy("this")
    private long nextLoginNanos;

    @GuardedBy("this")
    private boolean isCut;

    /** Time alone brings the rate back; that the refusals are over is known only once IAM answered something else. */
    @GuardedBy("this")
    private boolean wasAnsweredSince;

    /**
     * @param upstream which IAM, for the log
     * @param airspace of all IAMs
     */
    Governor(String upstream, Time time, AlarmClock alarms, Airspace airspace) {
        this.airspace = airspace;
        this.upstream = upstream;
        this.time = time;
        this.alarm = alarms.sleeper(this::dispatch);
        this.budget = Budget.full(time.nanos());
        this.nextLoginNanos = time.nanos();
    }

    /** Lets {@code flight} go, now or later. It may depart on the calling thread, before this returns. */
    void submit(Flight flight) {
        synchronized (this) {
            waiting.add(flight);
        }
        dispatch();
    }

    /** A caller who has nothing waits for {@code flight} from now on. */
    void hasten(Flight flight) {
        // First the mark: a flight that is not here yet is put in its place by it.
        flight.await();
        synchronized (this) {
            waiting.hasten(flight);
        }
    }

    /** Lets go what may go now. */
    private void dispatch() {
        Flight next = next();
        while (next != null) {
            next.depart();
            next = next();
        }
    }

    private synchronized @Nullable Flight next() {
        passTime();
        Flight flight = budget.allowsOne() ? waiting.take(airspace.hasRoom(aloft.size())) : null;
        if (flight == null) {
            arm();
            return null;
        }
        budget = budget.spent();
        if (flight.takesRoom()) {
            aloft.add(flight);
            airspace.enter();
        }
        return flight;
    }

    /** Where only busy sessions or others in the air are in the way, the next landing comes back here. */
    @GuardedBy("this")
    private void arm() {
        if (!budget.allowsOne() && !waiting.isEmpty()) {
            alarm.arm(budget.nanosUntilOne());
        } else if (isCut && !budget.isFull()) {
            alarm.arm(budget.nanosUntilFull());
        }
    }

    @GuardedBy("this")
    private void passTime() {
        budget = budget.at(time.nanos());
        if (isCut && wasAnsweredSince && budget.isFull()) {
            isCut = false;
            log.info("{} is asked up to {} times a second again", upstream, Budget.FULL_RATE);
        }
    }

    /** {@code flight} has ended, or could not begin. What it had counted and did not ask is free again. */
    void landed(Flight flight) {
        release(flight);
        dispatch();
    }

    /** As {@link #landed}, for a caller that sees to the next flight itself. */
    synchronized void release(Flight flight) {
        waiting.ended(flight);
        if (aloft.remove(flight)) {
            airspace.leave();
        }
        if (flight.spends(this)) {
            budget = budget.returned();
        }
    }

    /** A request is about to be made. */
    void requested() {
        Flight flight = Flight.current();
        if (flight == null || !flight.spends(this)) {
            charge();
        }
    }

    private synchronized void charge() {
        passTime();
        budget = budget.spent();
    }

    /** IAM answered, not with 429. */
    synchronized void answered(AccountName account) {
        refusals.answered(account);
        wasAnsweredSince = true;
        passTime();
    }

    /** Only these accounts are there from now on. */
    synchronized void keepOnly(Set<AccountName> accounts) {
        refusals.keepOnly(accounts);
    }

    /** IAM refused, with 429, what was sent for {@code account} at {@code sentNanos}. */
    synchronized void refused(AccountName account, long sentNanos) {
        if (!refusals.isNews(account)) {
            return;
        }
        passTime();
        wasAnsweredSince = false;
        double before = budget.rate();
        budget = budget.refused(sentNanos);
        if (!isCut && !budget.isFull()) {
            isCut = true;
            log.warn(
                    "{} answers 429, too many requests: asked up to {} times a second instead of {}, and again less if "
                            + "that goes on",
                    upstream,
                    budget.rate(),
                    before);
        }
        arm();
    }

    /**
     * A person is about to log in.
     *
     * @throws RenewalFailure.Transient if so many did that the budget is overdrawn
     */
    synchronized void admitLogin() {
        passTime();
        if (budget.allowsOne()) {
            return;
        }
        long nowNanos = time.nanos();
        long wait = nextLoginNanos - nowNanos;
        if (wait > 0) {
            throw new RenewalFailure.Transient(
                    "IAM is asked as often as it may be: try again later", null, Duration.ofNanos(wait));
        }
        nextLoginNanos = nowNanos + (long) (NANOS * PART_FOR_LOGINS / budget.rate());
    }
}
