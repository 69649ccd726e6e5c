package dev.iambroker.server.http;

import dev.iambroker.account.IbmAccount;
import dev.iambroker.broker.TokenBroker;

/** The IBM Cloud accounts that a login can reach. */
record IbmAccountsRoute(TokenBroker broker) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/ibm-accounts");
    }

    @Override
    public Answer answer(Call call) {
        JsonText json = new JsonText().beginObject().name("accounts").beginArray();
        for (IbmAccount account : broker.ibmAccounts(call.client(), call.account())) {
            json.beginObject()
                    .member("id", account.id())
                    .member("name", account.name())
                    .member("state", account.state())
                    .endObject();
        }
        return FullAnswer.json(json.endArray().endObject());
    }
}
