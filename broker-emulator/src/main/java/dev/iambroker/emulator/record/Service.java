package dev.iambroker.emulator.record;

import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import java.util.function.Supplier;

/** One of the services behind the cloud's listener. Thread-safe. */
public interface Service {
    /** Whether the path is one of this service's. */
    boolean owns(String path);

    /**
     * Checks the request against the published pages, and changes nothing yet: a misbehaviour may come between this and the work.
     *
     * @return the work, which answers with a refusal rather than throw
     * @throws Departure if the pages do not know such a request
     */
    Supplier<HttpResponse> prepare(HttpRequest request);

    /** A departure in this service's own error shape. */
    HttpResponse refusal(HttpRequest request, Departure departure);
}
