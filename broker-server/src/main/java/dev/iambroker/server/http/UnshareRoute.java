package dev.iambroker.server.http;

import dev.iambroker.broker.ShareControl;
import java.util.List;

/** Ends one share, or all that the client may end; answers with what was ended. */
record UnshareRoute(ShareControl shares) implements Route {
    private static final String ID = "id";

    @Override
    public RoutePattern pattern() {
        return RoutePattern.post("/v1/unshare");
    }

    @Override
    public List<String> parameters() {
        return List.of(ID);
    }

    @Override
    public Answer answer(Call call) {
        String id = call.query().get(ID);
        return ShareJson.answer(
                id == null ? shares.unshareAll(call.client()) : List.of(shares.unshare(call.client(), id)));
    }
}
