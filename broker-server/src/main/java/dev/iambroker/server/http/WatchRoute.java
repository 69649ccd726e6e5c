package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import java.time.Duration;
import java.util.List;

/** The next token, as soon as there is another than the client knows. */
record WatchRoute(TokenBroker broker, TokenAnswers answers) implements Route {
    private static final String AFTER = "after";

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/watch");
    }

    @Override
    public List<String> parameters() {
        return List.of(Call.KIND, Call.CLUSTER, AFTER, Call.MIN_TTL, Call.WAIT);
    }

    @Override
    public Answer answer(Call call) {
        Duration patience = call.patience(TokenRequest.MAX_WAIT);
        TokenRequest request =
                new TokenRequest(call.account(), call.kind(), call.query().get(Call.CLUSTER), call.minTtl(), patience);
        String after = call.query().get(AFTER);
        TokenGrant grant =
                broker.watch(call.client(), request, after == null ? null : EntityTag.unquoted(after), patience);
        return grant == null ? FullAnswer.noContent() : answers.of(grant);
    }
}
