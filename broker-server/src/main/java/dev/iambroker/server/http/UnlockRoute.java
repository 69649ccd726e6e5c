package dev.iambroker.server.http;

import dev.iambroker.broker.LockControl;
import dev.iambroker.secret.Secret;

/** Serves again. */
record UnlockRoute(LockControl lock) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/unlock");
    }

    @Override
    public Answer answer(Call call) {
        Secret passphrase = PassphraseBody.parse(call.body());
        try {
            lock.unlock(call.client(), passphrase);
        } finally {
            passphrase.wipe();
        }
        return LockRoute.state(lock);
    }
}
