package dev.iambroker.server;

import dev.iambroker.server.http.RequestEvents;
import dev.iambroker.server.telemetry.Telemetry;
import java.util.function.LongConsumer;

/** Puts what the listeners answer into the metrics. */
record MeteredRequests(Telemetry telemetry) implements RequestEvents {
    @Override
    public void requestDone(String route, String client, int status, long nanos) {
        telemetry.request(route, client, status, nanos);
    }

    @Override
    public LongConsumer series(String route, String client, int status) {
        return telemetry.requests(route, client, status);
    }
}
