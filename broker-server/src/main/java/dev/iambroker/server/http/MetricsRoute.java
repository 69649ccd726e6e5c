package dev.iambroker.server.http;

/** All metrics. Gathering them takes a while, so it is done off the event loop. */
record MetricsRoute(MetricsExposition metrics) implements Route {
    @Override
    public boolean isUnmetered() {
        return true;
    }

    @Override
    public RoutePattern pattern() {
        return RoutePattern.get("/metrics");
    }

    @Override
    public Answer answer(Call call) {
        MetricsExposition.Scrape scrape = metrics.scrape(call.accept());
        return FullAnswer.of(200, scrape.mediaType(), scrape.pieces());
    }
}
