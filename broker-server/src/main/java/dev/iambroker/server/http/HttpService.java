package dev.iambroker.server.http;

import dev.iambroker.broker.TokenBroker;
import dev.iambroker.client.ClientIdentity;
import java.util.function.LongSupplier;

/** What one listener serves, and to whom. Thread-safe. */
public final class HttpService {
    private final RouteTable routes;
    private final TransportRules rules;
    private final TokenBroker broker;
    private final RequestEvents events;
    private final LongSupplier nanos;

    /** @param nanos monotonic clock */
    public HttpService(
            RouteTable routes, TransportRules rules, TokenBroker broker, RequestEvents events, LongSupplier nanos) {
        this.routes = routes;
        this.rules = rules;
        this.broker = broker;
        this.events = events;
        this.nanos = nanos;
    }

    /** Takes a request up. */
    public Exchange begin(HttpRequest request, Arrival arrival) {
        return new Exchange(this, request, arrival, nanos.getAsLong());
    }

    /** Tells the listener of an answer to what was no request. */
    public void malformed(Answer answer) {
        events.requestDone(RequestEvents.NO_ROUTE, RequestEvents.NO_CLIENT, answer.status(), 0);
    }

    void route(Exchange exchange) {
        HttpRequest request = exchange.request();
        ClientIdentity client = rules.admit(request, exchange.arrival());
        exchange.admittedAs(broker.nameOf(client));
        RouteTable.Match match = routes.find(request);
        exchange.foundRoute(match.route());
        Query query = Query.parse(request.rawQuery(), match.route().parameters());
        exchange.ready(new Call(client, request, match.variables(), query));
    }

    void done(String label, String client, int status, long begun) {
        events.requestDone(label, client, status, nanos.getAsLong() - begun);
    }
}
