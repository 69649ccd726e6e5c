package dev.iambroker.server.http;

import dev.iambroker.broker.AccountView;
import dev.iambroker.client.ClientIdentity;
import java.util.function.BiFunction;

/**
 * One word said to an account, answered with how it stands then.
 *
 * @param word the last segment of the path
 */
record AccountCommandRoute(String word, BiFunction<ClientIdentity, String, AccountView> command) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/accounts/{a}/" + word);
    }

    @Override
    public Answer answer(Call call) {
        return AccountJson.answer(command.apply(call.client(), call.account()));
    }
}
