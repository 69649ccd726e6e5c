package dev.iambroker.server.http;

import dev.iambroker.account.Cluster;
import dev.iambroker.broker.TokenBroker;
import java.util.List;

/** The clusters of an account, as they were listed lately or, with {@code refresh=true}, as they are now. */
record ClustersRoute(TokenBroker broker) implements Route {
    private static final String REFRESH = "refresh";

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/accounts/{a}/clusters");
    }

    @Override
    public List<String> parameters() {
        return List.of(REFRESH);
    }

    @Override
    public Answer answer(Call call) {
        JsonText json = new JsonText().beginObject().name("clusters").beginArray();
        for (Cluster cluster : clusters(call)) {
            ClusterJson.write(cluster, json);
        }
        return FullAnswer.json(json.endArray().endObject());
    }

    private List<Cluster> clusters(Call call) {
        return call.query().isTrue(REFRESH)
                ? broker.clustersNow(call.client(), call.account())
                : broker.clusters(call.client(), call.account());
    }
}
