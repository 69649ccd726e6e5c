package dev.iambroker.server.http;

import dev.iambroker.account.Cluster;
import dev.iambroker.broker.TokenBroker;

/** The clusters of an account. */
record ClustersRoute(TokenBroker broker) implements Route {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/clusters");
    }

    @Override
    public Answer answer(Call call) {
        JsonText json = new JsonText().beginObject().name("clusters").beginArray();
        for (Cluster cluster : broker.clusters(call.client(), call.account())) {
            ClusterJson.write(cluster, json);
        }
        return FullAnswer.json(json.endArray().endObject());
    }
}
