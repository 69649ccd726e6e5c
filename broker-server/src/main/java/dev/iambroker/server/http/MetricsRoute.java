package dev.iambroker.server.http;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;

/**
 * All metrics. Gathering them takes a while, so it is done off the event loop; and one at a time, since those of ten thousand
 * accounts take megabytes before they are packed.
 */
final class MetricsRoute implements Route {
    private final MetricsExposition metrics;
    private final Lock gathering = new ReentrantLock();

    MetricsRoute(MetricsExposition metrics) {
        this.metrics = metrics;
    }

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
        gathering.lock();
        try {
            MetricsExposition.Scrape scrape = metrics.scrape(call.accept());
            return call.fitted(FullAnswer.of(HttpService.OK, scrape.mediaType(), scrape.pieces()));
        } finally {
            gathering.unlock();
        }
    }
}
