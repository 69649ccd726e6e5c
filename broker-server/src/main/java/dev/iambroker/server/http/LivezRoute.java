package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;

/**
 * Whether the daemon answers: it does. The body tells readiness, the status does not.
 *
 * @param showsNames whether clients with a right to them see accounts' names
 */
record LivezRoute(TokenBroker broker, boolean showsNames) implements MemoryRoute {
    @Override
    public boolean isUnmetered() {
        return true;
    }

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/livez");
    }

    @Override
    public Answer answer(Call call) {
        return HealthJson.answer(
                200, broker.readiness(), name -> showsNames && broker.mayList(call.client(), name.value()));
    }
}
