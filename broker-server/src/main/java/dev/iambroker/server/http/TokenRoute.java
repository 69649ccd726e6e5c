package dev.iambroker.server.http;

import dev.iambroker.broker.PendingGrant;
import dev.iambroker.broker.StandingOrder;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A token: what this program is for. */
record TokenRoute(TokenBroker broker, TokenAnswers answers) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/token");
    }

    @Override
    public List<String> parameters() {
        return List.of(Call.KIND, Call.CLUSTER, Call.MIN_TTL, Call.WAIT);
    }

    @Override
    public @Nullable Answer now(Call call) {
        TokenGrant grant = broker.tokenNow(call.client(), request(call));
        return grant == null ? null : answers.of(grant);
    }

    @Override
    public @Nullable Awaited awaited(Call call) {
        PendingGrant pending = broker.pendingToken(call.client(), request(call));
        return pending == null
                ? null
                : new Awaited(pending.landing(), pending.patience(), () -> {
                    TokenGrant grant = pending.take();
                    return grant == null ? null : answers.of(grant);
                });
    }

    @Override
    public Answer answer(Call call) {
        return answers.of(broker.token(call.client(), request(call)));
    }

    @Override
    public @Nullable Encore encore(Call call) {
        StandingOrder order = broker.standingOrder(call.client(), request(call));
        return order == null ? null : new TokenEncore(order, answers);
    }

    private static TokenRequest request(Call call) {
        return new TokenRequest(
                call.account(),
                call.kind(),
                call.query().get(Call.CLUSTER),
                call.minTtl(),
                call.patience(TokenRequest.DEFAULT_WAIT));
    }
}
