package dev.iambroker.server.telemetry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents.Outcome;
import dev.iambroker.event.RenewalHistory;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is counted of one account, as bare numbers: there may be ten thousand, and a meter of a registry takes half a
 * kilobyte for each of the dozen. {@link AccountSeries} names them. Thread-safe.
 */
final class AccountMeters {
    static final long NO_END = Long.MIN_VALUE;

    private static final List<TokenKind> KINDS = List.of(TokenKind.values());
    private static final List<Outcome> OUTCOMES = List.of(Outcome.values());
    private static final SortedMap<String, Long> NO_CLUSTERS = new TreeMap<>();

    private final AccountName name;
    private final KeptRenewals renewals;

    @GuardedBy("this")
    private final long[] refreshes = new long[KINDS.size() * OUTCOMES.size()];

    @GuardedBy("this")
    private final long[] coalesced = new long[KINDS.size()];

    /** Of the cached token of each kind, in epoch seconds. */
    @GuardedBy("this")
    private final long[] ends = new long[KINDS.size()];

    @GuardedBy("this")
    private SortedMap<String, Long> clusterEnds = NO_CLUSTERS;

    private volatile long refreshTokenEnd = NO_END;
    private volatile AccountState state = AccountState.STARTING;

    /** @param renewals what is kept of this account's */
    AccountMeters(AccountName name, KeptRenewals renewals) {
        this.name = name;
        this.renewals = renewals;
        Arrays.fill(ends, NO_END);
    }

    AccountName name() {
        return name;
    }

    AccountState state() {
        return state;
    }

    void state(AccountState now) {
        state = now;
    }

    synchronized void refreshed(TokenKind kind, Outcome outcome) {
        refreshes[at(kind, outcome)]++;
        renewals.add(kind, outcome);
    }

    synchronized long refreshes(TokenKind kind, Outcome outcome) {
        return refreshes[at(kind, outcome)];
    }

    private static int at(TokenKind kind) {
        return KINDS.indexOf(kind);
    }

    private static int at(TokenKind kind, Outcome outcome) {
        return at(kind) * OUTCOMES.size() + OUTCOMES.indexOf(outcome);
    }

    RenewalHistory renewals() {
        return renewals.lastDay();
    }

    synchronized void joined(TokenKind kind) {
        coalesced[at(kind)]++;
    }

    synchronized long coalesced(TokenKind kind) {
        return coalesced[at(kind)];
    }

    synchronized void tokenCached(TokenKind kind, Instant expiresAt) {
        ends[at(kind)] = expiresAt.getEpochSecond();
    }

    synchronized void tokenDropped(TokenKind kind) {
        ends[at(kind)] = NO_END;
    }

    /** In epoch seconds; {@link #NO_END} while none is cached. */
    synchronized long tokenEnd(TokenKind kind) {
        return ends[at(kind)];
    }

    synchronized void clusterTokenCached(String cluster, Instant expiresAt) {
        if (clusterEnds.isEmpty()) {
            clusterEnds = new TreeMap<>();
        }
        clusterEnds.put(cluster, expiresAt.getEpochSecond());
    }

    synchronized void clusterTokenDropped(String cluster) {
        if (!clusterEnds.isEmpty()) {
            clusterEnds.remove(cluster);
        }
    }

    /** Of the cached token of each OpenShift cluster, in epoch seconds. */
    synchronized Map<String, Long> clusterTokenEnds() {
        return clusterEnds.isEmpty() ? Map.of() : new TreeMap<>(clusterEnds);
    }

    void refreshTokenExpires(Instant expiresAt) {
        refreshTokenEnd = expiresAt.getEpochSecond();
    }

    /** In epoch seconds; {@link #NO_END} where IAM never said. */
    long refreshTokenEnd() {
        return refreshTokenEnd;
    }
}
