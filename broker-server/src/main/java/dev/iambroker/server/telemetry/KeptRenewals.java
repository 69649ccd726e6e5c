package dev.iambroker.server.telemetry;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents.Outcome;
import dev.iambroker.event.RenewalHistory;
import dev.iambroker.event.RenewalHistory.Renewal;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * How the renewals of one account's last day ended, in memory alone: each in four bytes, nothing before the first one, and
 * the newest {@link #MOST} where there are more. Thread-safe.
 */
final class KeptRenewals {
    /** Two kinds of tokens of an hour's life are renewed some seventy times a day; 600 bytes an account are enough for that. */
    static final int MOST = 128;

    private static final int FEW = 8;
    private static final long DAY_SECONDS = 86_400;
    private static final int[] NONE = {};
    private static final List<TokenKind> KINDS = List.of(TokenKind.values());
    private static final List<Outcome> OUTCOMES = List.of(Outcome.values());

    /** Eight years of seconds, then two bits each for the kind and for the outcome. */
    private static final long LAST_SECOND = (1L << 28) - 1;

    private final InstantSource clock;
    private final long began;

    @GuardedBy("this")
    private int[] kept = NONE;

    @GuardedBy("this")
    private int count;

    /** From that second on none is forgotten. */
    @GuardedBy("this")
    private long knownFrom;

    KeptRenewals(InstantSource clock) {
        this.clock = clock;
        this.began = clock.instant().getEpochSecond();
        this.knownFrom = began;
    }

    synchronized void add(TokenKind kind, Outcome outcome) {
        long now = clock.instant().getEpochSecond();
        makeRoom(now);
        long second = Math.clamp(now - began, 0, LAST_SECOND);
        kept[count++] = (int) (second << 4 | (long) KINDS.indexOf(kind) << 2 | OUTCOMES.indexOf(outcome));
    }

    @GuardedBy("this")
    private void makeRoom(long now) {
        if (count < kept.length) {
            return;
        }
        int old = 0;
        while (old < count && now - secondOf(kept[old]) > DAY_SECONDS) {
            old++;
        }
        if (old == 0 && count < MOST) {
            kept = Arrays.copyOf(kept, count == 0 ? FEW : 2 * count);
            return;
        }
        int gone = Math.max(old, 1);
        count -= gone;
        System.arraycopy(kept, gone, kept, 0, count);
        if (old == 0) {
            knownFrom = secondOf(kept[0]);
        }
    }

    synchronized RenewalHistory lastDay() {
        long dayAgo = clock.instant().getEpochSecond() - DAY_SECONDS;
        List<Renewal> renewals = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            if (secondOf(kept[i]) >= dayAgo) {
                renewals.add(renewal(kept[i]));
            }
        }
        return new RenewalHistory(Instant.ofEpochSecond(Math.max(knownFrom, dayAgo)), renewals);
    }

    private Renewal renewal(int entry) {
        Instant at = Instant.ofEpochSecond(secondOf(entry));
        return new Renewal(at, KINDS.get(entry >>> 2 & 3), OUTCOMES.get(entry & 3));
    }

    private long secondOf(int entry) {
        return began + (entry >>> 4);
    }
}
