package dev.iambroker.server.http;

import dev.iambroker.broker.AccountView;
import dev.iambroker.broker.ShareControl;
import dev.iambroker.broker.TokenBroker;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The accounts that the client has any right on.
 *
 * @param notes what the operator should know of this daemon besides; told to whoever may list any account
 */
record AccountsRoute(TokenBroker broker, ShareControl shares, List<String> notes) implements Route {
    /** To write down more of them takes longer than an event loop may stand still. */
    private static final int FEW = 200;

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts");
    }

    @Override
    public @Nullable Answer now(Call call) {
        List<AccountView> views = broker.accounts(call.client());
        return views.size() <= FEW ? answer(call, views) : null;
    }

    @Override
    public Answer answer(Call call) {
        return call.fitted(answer(call, broker.accounts(call.client())));
    }

    private Answer answer(Call call, List<AccountView> views) {
        JsonText json = new JsonText().beginObject().name("accounts").beginArray();
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
