package dev.iambroker.server.http;

import dev.iambroker.broker.AccountView;
import dev.iambroker.broker.ShareControl;
import dev.iambroker.broker.TokenBroker;
import java.util.List;

/**
 * The accounts that the client has any right on.
 *
 * @param notes what the operator should know of this daemon besides; told to whoever may list any account
 */
record AccountsRoute(TokenBroker broker, ShareControl shares, List<String> notes) implements MemoryRoute {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts");
    }

    @Override
    public Answer answer(Call call) {
        JsonText json = new JsonText().beginObject().name("accounts").beginArray();
        List<AccountView> views = broker.accounts(call.client());
        views.forEach(view -> AccountJson.write(view, json));
        json.endArray();
        ShareJson.write(shares.shares(call.client()), json);
        if (!notes.isEmpty() && !views.isEmpty()) {
            json.name("notes").beginArray();
            notes.forEach(json::value);
            json.endArray();
        }
        return FullAnswer.json(json.endObject());
    }
}
