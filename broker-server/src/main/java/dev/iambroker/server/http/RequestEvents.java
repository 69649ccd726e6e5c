package dev.iambroker.server.http;

import java.util.function.LongConsumer;

/** Hears of every answer. Called on event loops: implementations are thread-safe, quick and never throw. */
@FunctionalInterface
public interface RequestEvents {
    /** Nobody listens. */
    RequestEvents NONE = new RequestEvents() {
        // Not a lambda: of those of interfaces none is in an AOT cache.
        @Override
        public void requestDone(String route, String client, int status, long nanos) {}
    };

    /** The route label of what found no route. */
    String NO_ROUTE = "none";

    /** The client name of whoever was refused before anybody asked who it was. */
    String NO_CLIENT = "none";

    /**
     * An answer is on its way to the client.
     *
     * @param route the path of the route with its variables in braces, or {@link #NO_ROUTE}
     * @param client the name of the rule that speaks for the client, or {@link #NO_CLIENT}
     * @param nanos from the whole request to its answer
     */
    void requestDone(String route, String client, int status, long nanos);

    /** Hears, in nanoseconds, of answers that differ in nothing else: as {@link #requestDone}. */
    default LongConsumer series(String route, String client, int status) {
        return nanos -> requestDone(route, client, status, nanos);
    }
}
