package dev.iambroker.server.http;

import dev.iambroker.broker.Readiness;
import dev.iambroker.broker.TokenBroker;

/** Whether one account can be served. */
record AccountReadyzRoute(TokenBroker broker) implements MemoryRoute {
    @Override
    public boolean isUnmetered() {
        return true;
    }

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/readyz/{a}");
    }

    @Override
    public Answer answer(Call call) {
        Readiness readiness = broker.readiness(call.client(), call.account());
        return HealthJson.answer(
                HealthJson.statusOf(readiness), readiness, name -> broker.mayList(call.client(), name.value()));
    }
}
