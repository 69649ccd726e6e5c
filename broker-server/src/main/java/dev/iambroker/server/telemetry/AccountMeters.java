package dev.iambroker.server.telemetry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents.Outcome;
import dev.iambroker.event.RenewalHistory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All series of one account. Once removed it takes no more, so that a late event does not bring a series back. Thread-safe. */
final class AccountMeters {
    private final MeterRegistry registry;
    private final Tags account;
    private final KeptRenewals renewals;

    @GuardedBy("this")
    private final Map<Meter.Id, Meter> meters = new HashMap<>();

    @GuardedBy("this")
    private final Map<TokenKind, Expiry> tokens = new EnumMap<>(TokenKind.class);

    @GuardedBy("this")
    private final Map<String, Expiry> clusterTokens = new HashMap<>();

    @GuardedBy("this")
    private @Nullable Expiry refreshToken;

    @GuardedBy("this")
    private boolean isRemoved;

    private volatile AccountState state = AccountState.STARTING;

    /** When something ends, in epoch seconds. */
    private static final class Expiry {
        private volatile double epochSeconds;

        double epochSeconds() {
            return epochSeconds;
        }

        void set(Instant at) {
            epochSeconds = at.getEpochSecond();
        }
    }

    /** @param renewals what is kept of this account's */
    AccountMeters(MeterRegistry registry, AccountName name, Runways runways, KeptRenewals renewals) {
        this.registry = registry;
        this.renewals = renewals;
        this.account = Tags.of(MetricNames.ACCOUNT, name.value());
        for (AccountState each : AccountState.values()) {
            keep(stateGauge(each));
        }
        keep(Gauge.builder(MetricNames.RUNWAY, name, runways::ofTokens)
                .description("Seconds until the first caller fails if IAM stays down from now on; NaN where unknown.")
                .tags(account)
                .strongReference(true)
                .register(registry));
        keep(Gauge.builder(MetricNames.LOGIN_RUNWAY, name, runways::ofLogin)
                .description(
                        "Seconds until the login ends if IAM stays down; NaN where it begins anew by itself or none knows.")
                .tags(account)
                .strongReference(true)
                .register(registry));
        for (Outcome outcome : Outcome.values()) {
            refreshes(TokenKind.ACCESS, outcome);
        }
        requestsCoalesced(TokenKind.ACCESS);
    }

    private Gauge stateGauge(AccountState each) {
        return Gauge.builder(MetricNames.ACCOUNT_STATE, this, meters -> meters.state == each ? 1 : 0)
                .description("1 for the state that the account is in, 0 for the others.")
                .tags(account.and(MetricNames.STATE, each.word()))
                .strongReference(true)
                .register(registry);
    }

    void state(AccountState now) {
        state = now;
    }

    synchronized void refreshed(TokenKind kind, Outcome outcome) {
        if (!isRemoved) {
            refreshes(kind, outcome).increment();
            renewals.add(kind, outcome);
        }
    }

    RenewalHistory renewals() {
        return renewals.lastDay();
    }

    @GuardedBy("this")
    private Counter refreshes(TokenKind kind, Outcome outcome) {
        return keep(Counter.builder(MetricNames.REFRESHES)
                .description("Renewals that ended, by how they ended.")
                .tags(account.and(MetricNames.KIND, kind.word(), MetricNames.OUTCOME, outcome.word()))
                .register(registry));
    }

    synchronized void coalesced(TokenKind kind) {
        if (!isRemoved) {
            requestsCoalesced(kind).increment();
        }
    }

    @GuardedBy("this")
    private Counter requestsCoalesced(TokenKind kind) {
        return keep(Counter.builder(MetricNames.REQUESTS_COALESCED)
                .description("Callers that joined a renewal already under way.")
                .tags(account.and(MetricNames.KIND, kind.word()))
                .register(registry));
    }

    synchronized void tokenCached(TokenKind kind, Instant expiresAt) {
        if (!isRemoved) {
            tokens.computeIfAbsent(kind, this::newTokenExpiry).set(expiresAt);
        }
    }

    @GuardedBy("this")
    private Expiry newTokenExpiry(TokenKind kind) {
        return newExpiry(MetricNames.TOKEN_EXPIRY, account.and(MetricNames.KIND, kind.word()));
    }

    synchronized void clusterTokenCached(String cluster, Instant expiresAt) {
        if (!isRemoved) {
            clusterTokens.computeIfAbsent(cluster, this::newClusterTokenExpiry).set(expiresAt);
        }
    }

    @GuardedBy("this")
    private Expiry newClusterTokenExpiry(String cluster) {
        return newExpiry(MetricNames.CLUSTER_TOKEN_EXPIRY, account.and(MetricNames.CLUSTER, cluster));
    }

    synchronized void clusterTokenDropped(String cluster) {
        if (clusterTokens.remove(cluster) != null) {
            drop(MetricNames.CLUSTER_TOKEN_EXPIRY, account.and(MetricNames.CLUSTER, cluster));
        }
    }

    @GuardedBy("this")
    private Expiry newExpiry(String name, Tags tags) {
        var expiry = new Expiry();
        keep(Gauge.builder(name, expiry, Expiry::epochSeconds)
                .description("When the cached token ends, Unix time. No series while none is cached.")
                .tags(tags)
                .strongReference(true)
                .register(registry));
        return expiry;
    }

    synchronized void tokenDropped(TokenKind kind) {
        if (tokens.remove(kind) != null) {
            drop(MetricNames.TOKEN_EXPIRY, account.and(MetricNames.KIND, kind.word()));
        }
    }

    synchronized void refreshTokenExpires(Instant expiresAt) {
        if (isRemoved) {
            return;
        }
        if (refreshToken == null) {
            refreshToken = newRefreshTokenExpiry();
        }
        refreshToken.set(expiresAt);
    }

    @GuardedBy("this")
    private Expiry newRefreshTokenExpiry() {
        var expiry = new Expiry();
        keep(Gauge.builder(MetricNames.REFRESH_TOKEN_EXPIRY, expiry, Expiry::epochSeconds)
                .description("When IAM says that the session's refresh token ends, Unix time.")
                .tags(account)
                .strongReference(true)
                .register(registry));
        return expiry;
    }

    synchronized void remove() {
        isRemoved = true;
        meters.values().forEach(registry::remove);
        meters.clear();
        tokens.clear();
        clusterTokens.clear();
    }

    @GuardedBy("this")
    private <M extends Meter> M keep(M meter) {
        meters.put(meter.getId(), meter);
        return meter;
    }

    @GuardedBy("this")
    private void drop(String name, Tags tags) {
        Meter meter = registry.find(name).tags(tags).meter();
        if (meter != null) {
            meters.remove(meter.getId());
            registry.remove(meter);
        }
    }
}
