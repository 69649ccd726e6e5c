package dev.iambroker.broker;

import dev.iambroker.token.PendingRenewal;
import dev.iambroker.token.RenewalFailure;
import dev.iambroker.token.Token;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a renewal brings to one client.
 *
 * @param handOut judges anew whether the client may have it; null where that may block by now
 * @param refusal what the client is told of a failure
 */
record RenewedGrant(
        PendingRenewal renewal,
        Duration patience,
        Function<Token, @Nullable TokenGrant> handOut,
        Function<RenewalFailure, BrokerFailure> refusal)
        implements PendingGrant {
    @Override
    public CompletionStage<?> landing() {
        return renewal.landing();
    }

    @Override
    public @Nullable TokenGrant take() {
        Token token;
        try {
            token = renewal.taken(patience);
        } catch (RenewalFailure e) {
            throw refusal.apply(e);
        }
        return token == null ? null : handOut.apply(token);
    }
}
