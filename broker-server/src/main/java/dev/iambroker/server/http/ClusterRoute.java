package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;

/** One cluster of an account. */
record ClusterRoute(TokenBroker broker) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/clusters/{c}");
    }

    @Override
    public Answer answer(Call call) {
        JsonText json = new JsonText();
        ClusterJson.write(broker.cluster(call.client(), call.account(), call.cluster()), json);
        return FullAnswer.json(json);
    }
}
