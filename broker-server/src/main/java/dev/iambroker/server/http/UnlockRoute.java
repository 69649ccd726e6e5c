package dev.iambroker.server.http;

import dev.iambroker.broker.LockControl;

/** Serves again. */
record UnlockRoute(LockControl lock) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/unlock");
    }

    @Override
    public Answer answer(Call call) {
        lock.unlock(call.client(), PassphraseBody.parse(call.body()));
        return LockRoute.state(lock);
    }
}
