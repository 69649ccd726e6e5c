package dev.iambroker.server.http;

import dev.iambroker.broker.LoginAttempt;
import dev.iambroker.broker.TokenBroker;
import java.util.Arrays;

/** A person logs an account in. */
record LoginRoute(TokenBroker broker) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/accounts/{a}/login");
    }

    @Override
    public Answer answer(Call call) {
        return AccountJson.answer(broker.login(call.client(), call.account(), attempt(call.body())));
    }

    /** Overwrites {@code body}: nobody reads it twice. */
    private static LoginAttempt attempt(byte[] body) {
        try {
            return LoginBody.parse(body);
        } finally {
            Arrays.fill(body, (byte) 0);
        }
    }
}
