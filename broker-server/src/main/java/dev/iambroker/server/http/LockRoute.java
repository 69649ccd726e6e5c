package dev.iambroker.server.http;

import dev.iambroker.broker.LockControl;
import dev.iambroker.secret.Secret;

/** Stops serving until unlocked. */
record LockRoute(LockControl lock) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/lock");
    }

    @Override
    public Answer answer(Call call) {
        Secret passphrase = PassphraseBody.parseNew(call.body());
        try {
            lock.lock(call.client(), passphrase);
        } finally {
            passphrase.wipe();
        }
        return state(lock);
    }

    static Answer state(LockControl lock) {
        return FullAnswer.json(
                new JsonText().beginObject().member("locked", lock.isLocked()).endObject());
    }
}
