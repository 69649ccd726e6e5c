package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;

/** A person logs an account in. */
record LoginRoute(TokenBroker broker) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/accounts/{a}/login");
    }

    @Override
    public Answer answer(Call call) {
        return AccountJson.answer(broker.login(call.client(), call.account(), LoginBody.parse(call.body())));
    }
}
