package dev.iambroker.server.telemetry;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.event.RenewalHistory;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What happens in the core, as metrics. Events of accounts that are not configured (any more) leave no trace. */
final class MicrometerBrokerEvents implements BrokerEvents {
    private final MeterRegistry registry;
    private final Runways runways;
    private final InstantSource clock;
    private final Map<AccountName, AccountMeters> accounts = new ConcurrentHashMap<>();
    private final Counter clockJumps;
    private final Counter storeSuccesses;
    private final Counter storeFailures;

    MicrometerBrokerEvents(MeterRegistry registry, Runways runways, InstantSource clock) {
        this.registry = registry;
        this.runways = runways;
        this.clock = clock;
        this.clockJumps = Counter.builder(MetricNames.CLOCK_JUMPS)
                .description("Times that the wall clock was found to have jumped.")
                .register(registry);
        this.storeSuccesses = storeWrites("success");
        this.storeFailures = storeWrites("failure");
    }

    private Counter storeWrites(String outcome) {
        return Counter.builder(MetricNames.STORE_WRITES)
                .description("Writes of a session to disk.")
                .tag(MetricNames.OUTCOME, outcome)
                .register(registry);
    }

    /** Begins to count for new accounts and forgets those that are gone. */
    void configured(Set<AccountName> names) {
        for (AccountName name : names) {
            accounts.computeIfAbsent(name, added -> new AccountMeters(added, new KeptRenewals(clock)));
        }
        accounts.keySet().retainAll(names);
    }

    /** By name. */
    AccountSeries series() {
        List<AccountMeters> all = new ArrayList<>(accounts.values());
        all.sort(Comparator.comparing(AccountMeters::name));
        return new AccountSeries(all, runways);
    }

    /** Null for an account that is not configured. */
    @Nullable
    RenewalHistory renewals(AccountName account) {
        AccountMeters meters = accounts.get(account);
        return meters == null ? null : meters.renewals();
    }

    private void of(AccountName account, Consumer<AccountMeters> change) {
        AccountMeters meters = accounts.get(account);
        if (meters != null) {
            change.accept(meters);
        }
    }

    @Override
    public void refreshed(AccountName account, TokenKind kind, Outcome outcome) {
        of(account, meters -> meters.refreshed(kind, outcome));
    }

    @Override
    public void coalesced(AccountName account, TokenKind kind) {
        of(account, meters -> meters.joined(kind));
    }

    @Override
    public void tokenCached(AccountName account, TokenKind kind, Instant expiresAt) {
        of(account, meters -> meters.tokenCached(kind, expiresAt));
    }

    @Override
    public void tokenDropped(AccountName account, TokenKind kind) {
        of(account, meters -> meters.tokenDropped(kind));
    }

    @Override
    public void clusterTokenCached(AccountName account, String cluster, Instant expiresAt) {
        of(account, meters -> meters.clusterTokenCached(cluster, expiresAt));
    }

    @Override
    public void clusterTokenDropped(AccountName account, String cluster) {
        of(account, meters -> meters.clusterTokenDropped(cluster));
    }

    @Override
    public void refreshTokenExpires(AccountName account, Instant expiresAt) {
        of(account, meters -> meters.refreshTokenExpires(expiresAt));
    }

    @Override
    public void stateChanged(AccountName account, AccountState from, AccountState to) {
        of(account, meters -> meters.state(to));
    }

    @Override
    public void storeWritten(boolean success) {
        (success ? storeSuccesses : storeFailures).increment();
    }

    @Override
    public void wouldDeny(String rule) {
        Counter.builder(MetricNames.DRY_RUN_DENIALS)
                .description("Requests that a rule in dry-run would have denied.")
                .tag(MetricNames.CLIENT, rule)
                .register(registry)
                .increment();
    }

    @Override
    public void clockJumped(Duration step) {
        clockJumps.increment();
    }
}
