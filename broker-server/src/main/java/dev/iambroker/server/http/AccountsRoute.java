package dev.iambroker.server.http;

import dev.iambroker.broker.AccountView;
import dev.iambroker.broker.TokenBroker;

/** The accounts that the client has any right on. */
record AccountsRoute(TokenBroker broker) implements MemoryRoute {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts");
    }

    @Override
    public Answer answer(Call call) {
        JsonText json = new JsonText().beginObject().name("accounts").beginArray();
        for (AccountView view : broker.accounts(call.client())) {
            AccountJson.write(view, json);
        }
        return FullAnswer.json(json.endArray().endObject());
    }
}
