package dev.iambroker.server.http;

import dev.iambroker.broker.ShareControl;

/** The shares that the client may end. */
record SharesRoute(ShareControl shares) implements MemoryRoute {
    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/v1/shares");
    }

    @Override
    public Answer answer(Call call) {
        return ShareJson.answer(shares.shares(call.client()));
    }
}
