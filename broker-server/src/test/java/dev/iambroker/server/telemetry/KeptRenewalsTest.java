package dev.iambroker.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents.Outcome;
import dev.iambroker.event.RenewalHistory;
import dev.iambroker.event.RenewalHistory.Renewal;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class KeptRenewalsTest {
    private static final Instant START = Instant.parse("2026-03-01T12:00:00Z");

    private Instant now = START;
    private final KeptRenewals renewals = new KeptRenewals(() -> now);

    @Test
    void lastDay_everyKindAndOutcome_comesBackAsItWas() {
        List<Renewal> added = new ArrayList<>();
        for (TokenKind kind : TokenKind.values()) {
            for (Outcome outcome : Outcome.values()) {
                now = now.plusSeconds(1000);
                renewals.add(kind, outcome);
                added.add(new Renewal(now, kind, outcome));
            }
        }

        assertThat(renewals.lastDay()).isEqualTo(new RenewalHistory(START, added));
    }

    @Test
    void lastDay_renewalOfTheDayBefore_isGone() {
        renewals.add(TokenKind.ACCESS, Outcome.PERMANENT);
        now = START.plus(Duration.ofHours(25));
        renewals.add(TokenKind.ACCESS, Outcome.SUCCESS);

        RenewalHistory history = renewals.lastDay();

        assertThat(history.renewals()).containsExactly(new Renewal(now, TokenKind.ACCESS, Outcome.SUCCESS));
        assertThat(history.since()).isEqualTo(now.minus(Duration.ofDays(1)));
    }

    @Test
    void lastDay_tokensOfAnHour_areAllThereAfterAWeek() {
        for (int i = 0; i < 7 * 48; i++) {
            now = now.plus(Duration.ofMinutes(30));
            renewals.add(TokenKind.ACCESS, Outcome.SUCCESS);
            renewals.add(TokenKind.KUBE, Outcome.SUCCESS);
        }

        assertThat(renewals.lastDay().renewals()).hasSize(2 * 49);
        assertThat(renewals.lastDay().since()).isEqualTo(now.minus(Duration.ofDays(1)));
    }

    @Test
    void lastDay_moreThanAreKept_areTheNewestAndSaySinceWhen() {
        Instant oldestKept = START.plus(Duration.ofMinutes(3 * (1000 - KeptRenewals.MOST)));
        for (int i = 0; i < 1000; i++) {
            now = START.plus(Duration.ofMinutes(3L * i));
            renewals.add(TokenKind.ACCESS, Outcome.SUCCESS);
        }

        RenewalHistory history = renewals.lastDay();

        assertThat(history.renewals()).hasSize(KeptRenewals.MOST);
        assertThat(history.renewals().getFirst().at()).isEqualTo(oldestKept);
        assertThat(history.renewals().getLast().at()).isEqualTo(now);
        assertThat(history.since()).isEqualTo(oldestKept);
    }

    @Test
    void add_clockSetBackBeforeTheStart_countsAsTheStart() {
        now = START.minusSeconds(3600);
        renewals.add(TokenKind.KUBE, Outcome.TRANSIENT);

        assertThat(renewals.lastDay().renewals())
                .containsExactly(new Renewal(START, TokenKind.KUBE, Outcome.TRANSIENT));
    }
}
