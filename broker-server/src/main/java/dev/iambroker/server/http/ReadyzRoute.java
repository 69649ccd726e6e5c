package dev.iambroker.server.http;

import dev.iambroker.broker.Readiness;
import dev.iambroker.broker.TokenBroker;

/**
 * Whether every account that should be served can be.
 *
 * @param showsNames whether clients with a right to them see accounts' names
 */
record ReadyzRoute(TokenBroker broker, boolean showsNames) implements MemoryRoute {
    @Override
    public boolean isUnmetered() {
        return true;
    }

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/readyz");
    }

    @Override
    public Answer answer(Call call) {
        Readiness readiness = broker.readiness();
        return HealthJson.answer(
                HealthJson.statusOf(readiness),
                readiness,
                name -> showsNames && broker.mayList(call.client(), name.value()));
    }
}
