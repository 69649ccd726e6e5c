package dev.iambroker.server.http;

import dev.iambroker.broker.StandingOrder;
import dev.iambroker.broker.TokenGrant;
import org.jspecify.annotations.Nullable;

/** The same token to the same client, for as long as it is what a standing order gives. */
final class TokenEncore implements Encore {
    private final StandingOrder order;
    private final TokenAnswers answers;
    private @Nullable TokenGrant given;
    private @Nullable Answer answer;

    TokenEncore(StandingOrder order, TokenAnswers answers) {
        this.order = order;
        this.answers = answers;
    }

    // An order gives the same object for as long as nothing of it has changed.
    @SuppressWarnings("ReferenceEquality")
    @Override
    public @Nullable Answer next() {
        TokenGrant grant = order.next();
        if (grant == null) {
            return null;
        }
        if (answer == null || grant != given) {
            answer = answers.of(grant);
            given = grant;
        }
        return answer;
    }
}
