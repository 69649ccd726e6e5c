package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;

/** Where a person who logs in finds a one-time passcode. */
record PasscodeUrlRoute(TokenBroker broker) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/passcode-url");
    }

    @Override
    public Answer answer(Call call) {
        JsonText json = new JsonText().beginObject();
        json.member(
                "passcode_url",
                broker.passcodePage(call.client(), call.account()).toString());
        return FullAnswer.json(json.endObject());
    }
}
