package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;

/** How one account stands. */
record AccountRoute(TokenBroker broker) implements MemoryRoute {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}");
    }

    @Override
    public Answer answer(Call call) {
        return AccountJson.answer(broker.account(call.client(), call.account()));
    }
}
