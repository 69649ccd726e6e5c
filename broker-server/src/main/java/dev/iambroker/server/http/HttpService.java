package dev.iambroker.server.http;

import dev.iambroker.broker.Admission;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Scope;
import dev.iambroker.policy.Fact;
import dev.iambroker.secret.Secret;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What one listener serves, and to whom. Thread-safe. */
public final class HttpService {
    /** Connections that ask for the same again and again; those beyond wait a little longer. Each keeps a piece of memory. */
    private static final int MOST_REFRAINS = 1024;

    static final int OK = 200;

    private final RouteTable routes;
    private final TransportRules rules;
    private final Admission broker;
    private final RequestEvents events;
    private final LongSupplier nanos;
    private final AtomicInteger refrains = new AtomicInteger();

    /** @param nanos monotonic clock */
    public HttpService(
            RouteTable routes, TransportRules rules, Admission broker, RequestEvents events, LongSupplier nanos) {
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

    /** What is to be read of a process that connects, before it has said anything; may be asked on an event loop. */
    public Set<Fact> asks(ClientIdentity client) {
        return broker.asks(client);
    }

    /** Who may speak here, by the request's head. */
    ClientIdentity admit(Exchange exchange) {
        return counted(exchange, () -> rules.admit(exchange.request(), exchange.arrival()));
    }

    /** Who asks, by all of the request. */
    ClientIdentity identify(Exchange exchange) {
        ClientIdentity admitted = admit(exchange);
        if (!rules.asksForForm(exchange.request())) {
            return admitted;
        }
        TokenForm form = TokenForm.take(exchange.request());
        TransportRules.Proved proved = counted(exchange, () -> rules.prove(form, admitted));
        exchange.provedByForm(proved);
        return proved.client();
    }

    private <T> T counted(Exchange exchange, Supplier<T> proof) {
        try {
            return proof.get();
        } catch (RequestRefused.WrongSecret e) {
            // It may be guessed at: the record is all that shows it.
            broker.wrongSecret(exchange.arrival().client());
            throw e;
        }
    }

    /** The client with all that rules ask of its process; may block. */
    ClientIdentity attested(ClientIdentity client, Witness witness) {
        Set<Fact> asked = EnumSet.noneOf(Fact.class);
        asked.addAll(broker.asks(client));
        boolean isContentAsked = asked.remove(Fact.EXE_SHA256);
        ClientIdentity seen = client.running(witness.look(asked));
        // Reading a whole file is worth it only where all else holds.
        Set<Fact> more = isContentAsked ? broker.asks(seen) : Set.of();
        return more.contains(Fact.EXE_SHA256) ? client.running(witness.look(more)) : seen;
    }

    /** Whether what gives {@code client} its rights may have changed since it was attested. */
    boolean isInDoubt(ClientIdentity client) {
        return broker.isByProgram(client);
    }

    /** Another process has the place of {@code client}'s: it gets nothing. */
    void withheld(ClientIdentity client, @Nullable String account) {
        broker.withheld(client, account);
    }

    void demandOpen() {
        broker.demandOpen();
    }

    void route(Exchange exchange, ClientIdentity client) {
        HttpRequest request = exchange.request();
        String name = broker.nameOf(client);
        exchange.admittedAs(name);
        RouteTable.Match match = routes.find(request);
        exchange.foundRoute(match);
        if (!match.route().isUnmetered()) {
            // By a share nobody is asked for more than whoever shared it may.
            Scope scope = client.scope();
            broker.takeTurn(client, scope == null ? name : broker.nameOf(scope.sharer()), exchange.account());
        }
        Query query = Query.parse(request.rawQuery(), match.route().parameters());
        exchange.ready(new Call(
                client, request, match.variables(), query, exchange.arrival().witness(), exchange.proved()));
    }

    long now() {
        return nanos.getAsLong();
    }

    /** Null where there are enough already. */
    @Nullable
    Refrain refrain(Secret bytes, Encore encore, String label, String client) {
        if (refrains.incrementAndGet() > MOST_REFRAINS) {
            refrains.decrementAndGet();
            return null;
        }
        return new Refrain(this, bytes, encore, label, client, events.series(label, client, OK));
    }

    void refrainEnded() {
        refrains.decrementAndGet();
    }

    void done(String label, String client, int status, long begun) {
        events.requestDone(label, client, status, nanos.getAsLong() - begun);
    }
}
