package dev.iambroker.event;

import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents.Outcome;
import java.time.Instant;
import java.util.List;

/**
 * How an account's renewals of the last day ended.
 *
 * @param since no renewal is missing from then on; before it none is known
 * @param renewals in the order in which they ended
 */
public record RenewalHistory(Instant since, List<Renewal> renewals) {
    public RenewalHistory {
        renewals = List.copyOf(renewals);
    }

    /** One that ended, at a whole second of the wall clock. */
    public record Renewal(Instant at, TokenKind kind, Outcome outcome) {}
}
