package dev.iambroker.token;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Warns in the log while there is still time: before callers fail because renewals do, and before a login ends that
 * only a person can begin anew. Sleeps until the next threshold is crossed. Thread-safe.
 */
final class RunwayWatch {
    private static final Logger log = LoggerFactory.getLogger(RunwayWatch.class);

    /** How long before callers fail it is said; at the last one they do. Each once while renewals fail. */
    static final List<Duration> BEFORE_CALLERS_FAIL = List.of(
            Duration.ofMinutes(30),
            Duration.ofMinutes(15),
            Duration.ofMinutes(5),
            Duration.ofMinutes(1),
            Duration.ZERO);

    /** How long before a login ends it is said. Each once for each login. */
    static final List<Duration> BEFORE_LOGIN_ENDS =
            List.of(Duration.ofHours(8), Duration.ofHours(1), Duration.ofMinutes(10));

    /** Renewals that fail for less are an incident that the next attempt ends, and no reason to warn. */
    static final Duration PERSISTENT = Duration.ofSeconds(15);

    /** A login that lasts this many times longer than a threshold again was renewed: the threshold counts anew. */
    private static final int RENEWED = 2;

    private static final int NOTHING_SAID = -1;
    private static final Duration LEAST_WAIT = Duration.ofMillis(10);

    private final Accounts accounts;
    private final Standings standings;
    private final Runway runway;
    private final Time time;
    private final Alarm alarm;

    @GuardedBy("this")
    private final Map<AccountName, Outage> outages = new HashMap<>();

    /** The smallest threshold that was said of each login. */
    @GuardedBy("this")
    private final Map<AccountName, Integer> saidOfLogin = new HashMap<>();

    @GuardedBy("this")
    private boolean isArmed;

    @GuardedBy("this")
    private long armedNanos;

    /** Renewals of an account fail since then. */
    private static final class Outage {
        private final Instant since;
        private final long sinceNanos;
        private int said = NOTHING_SAID;

        private Outage(Instant since, long sinceNanos) {
            this.since = since;
            this.sinceNanos = sinceNanos;
        }
    }

    /** What cannot be renewed, why, and how long it is served still. */
    private record Failing(TokenKey key, RenewalFailure why, Duration served) {}

    RunwayWatch(Accounts accounts, Standings standings, Runway runway, Time time, AlarmClock alarms) {
        this.accounts = accounts;
        this.standings = standings;
        this.runway = runway;
        this.time = time;
        this.alarm = alarms.sleeper(this::ring);
    }

    private void ring() {
        synchronized (this) {
            isArmed = false;
        }
        lookAtAll();
    }

    /** To be called when the clocks jumped, too. */
    void lookAtAll() {
        accounts.all().forEach(this::lookAt);
    }

    /** To be called whenever a renewal of the account ended. */
    synchronized void lookAt(ManagedAccount account) {
        lookAtCallers(account);
        if (account.ownsItsSession()) {
            lookAtLogin(account);
        }
    }

    /** The account is another one from now on, or none. */
    synchronized void forget(AccountName name) {
        outages.remove(name);
        saidOfLogin.remove(name);
    }

    /** Another login began: what was said of the one before is forgotten. */
    synchronized void loggedIn(ManagedAccount owner) {
        saidOfLogin.remove(owner.name());
        lookAt(owner);
    }

    @GuardedBy("this")
    private void lookAtCallers(ManagedAccount account) {
        Failing failing = failing(account);
        if (failing == null) {
            outages.remove(account.name());
            return;
        }
        Outage outage = outages.computeIfAbsent(account.name(), unused -> new Outage(time.now(), time.nanos()));
        Duration lasted = Duration.ofNanos(time.nanos() - outage.sinceNanos);
        if (lasted.compareTo(PERSISTENT) < 0) {
            armWithin(PERSISTENT.minus(lasted));
            return;
        }
        int crossed = crossed(BEFORE_CALLERS_FAIL, failing.served);
        if (crossed > outage.said) {
            outage.said = crossed;
            warnOfCallers(account, failing, outage);
        }
        armForNext(BEFORE_CALLERS_FAIL, crossed, failing.served);
    }

    private void warnOfCallers(ManagedAccount account, Failing failing, Outage outage) {
        String when = failing.served.isPositive() ? "fail in " + inWords(failing.served) : "now fail";
        log.warn(
                "callers of account {} {}: {} is not renewed since {} ({})",
                account.name(),
                when,
                failing.key,
                outage.since,
                failing.why.getMessage());
    }

    /** What is served shortest of all that is not renewed; null where everything is. */
    private @Nullable Failing failing(ManagedAccount account) {
        if (account.isDisabled()) {
            return null;
        }
        Failing worst = failing(account, new TokenKey(account.name(), TokenKind.ACCESS));
        for (TokenKey key : kubeAtStake(account)) {
            worst = shorter(worst, failing(account, key));
        }
        return worst;
    }

    private List<TokenKey> kubeAtStake(ManagedAccount account) {
        List<TokenKey> keys = new ArrayList<>(runway.openShiftsAtStake(account));
        if (runway.isKubeAtStake(account)) {
            keys.addFirst(new TokenKey(account.name(), TokenKind.KUBE));
        }
        return keys;
    }

    private static @Nullable Failing shorter(@Nullable Failing one, @Nullable Failing other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.served.compareTo(one.served) < 0 ? other : one;
    }

    private @Nullable Failing failing(ManagedAccount account, TokenKey key) {
        RenewalFailure why = why(account, key);
        return why == null ? null : new Failing(key, why, runway.served(key));
    }

    private @Nullable RenewalFailure why(ManagedAccount account, TokenKey key) {
        AccountStatus.Failure dead = account.dead();
        if (dead != null) {
            return StatusReport.wasLoggedIn(account) ? dead.cause() : null;
        }
        Standings.Standing standing = standings.of(key);
        return standing == null ? null : standing.failure();
    }

    @GuardedBy("this")
    private void lookAtLogin(ManagedAccount owner) {
        Duration left = runway.ofLogin(owner);
        if (left == null || left.isZero()) {
            // That a login is over is said where IAM says it.
            return;
        }
        int crossed = crossed(BEFORE_LOGIN_ENDS, left);
        int said = stillSaid(saidOfLogin.getOrDefault(owner.name(), NOTHING_SAID), left);
        saidOfLogin.put(owner.name(), Math.max(crossed, said));
        if (crossed > said) {
            log.warn(
                    "the login of account {} ends in {}: run 'iam-broker login {}' before that",
                    owner.name(),
                    inWords(left),
                    owner.name());
        }
        armForNext(BEFORE_LOGIN_ENDS, crossed, left);
    }

    private static int stillSaid(int said, Duration left) {
        int still = said;
        while (still > NOTHING_SAID
                && left.compareTo(BEFORE_LOGIN_ENDS.get(still).multipliedBy(RENEWED)) > 0) {
            still--;
        }
        return still;
    }

    /** The index of the smallest threshold that {@code left} is not above. */
    private static int crossed(List<Duration> thresholds, Duration left) {
        int crossed = NOTHING_SAID;
        while (crossed + 1 < thresholds.size() && left.compareTo(thresholds.get(crossed + 1)) <= 0) {
            crossed++;
        }
        return crossed;
    }

    @GuardedBy("this")
    private void armForNext(List<Duration> thresholds, int crossed, Duration left) {
        if (crossed + 1 < thresholds.size()) {
            armWithin(left.minus(thresholds.get(crossed + 1)));
        }
    }

    @GuardedBy("this")
    private void armWithin(Duration delay) {
        long nanos = Math.max(delay.toNanos(), LEAST_WAIT.toNanos());
        long at = time.nanos() + nanos;
        if (!isArmed || at - armedNanos < 0) {
            isArmed = true;
            armedNanos = at;
            alarm.arm(nanos);
        }
    }

    private static String inWords(Duration span) {
        Duration rounded = span.plusMillis(500);
        if (rounded.compareTo(Duration.ofMinutes(2)) < 0) {
            return rounded.toSeconds() + " s";
        }
        return rounded.compareTo(Duration.ofHours(2)) < 0 ? rounded.toMinutes() + " min" : rounded.toHours() + " h";
    }
}
