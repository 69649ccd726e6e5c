package dev.iambroker.server.http;

import dev.iambroker.broker.LockControl;

/** Stops serving until unlocked. */
record LockRoute(LockControl lock) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/lock");
    }

    @Override
    public Answer answer(Call call) {
        lock.lock(call.client(), PassphraseBody.parseNew(call.body()));
        return state(lock);
    }

    static Answer state(LockControl lock) {
        return FullAnswer.json(
                new JsonText().beginObject().member("locked", lock.isLocked()).endObject());
    }
}
