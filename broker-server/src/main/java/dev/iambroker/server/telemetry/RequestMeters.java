package dev.iambroker.server.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/** Requests of clients to us and of ours to IAM. Series are looked up once and kept: this is on the hot path. Thread-safe. */
final class RequestMeters {
    /** From what the event loop answers out of the cache to the longest {@code wait}. */
    private static final long[] OURS = {
        50,
        100,
        250,
        500,
        1_000,
        2_500,
        5_000,
        10_000,
        50_000,
        100_000,
        500_000,
        1_000_000,
        5_000_000,
        10_000_000,
        30_000_000,
        60_000_000
    };

    /** From a near IAM to the deadline over a whole exchange. */
    private static final Duration[] IAMS =
            micros(25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 15_000_000);

    private final MeterRegistry registry;
    private final Map<Request, Counter> requests = new ConcurrentHashMap<>();
    private final RequestDurations durations = new RequestDurations(OURS);
    private final Timer iam;

    private record Request(String route, String client, int status) {}

    RequestMeters(PrometheusMeterRegistry registry) {
        this.registry = registry;
        registry.getPrometheusRegistry().register(durations);
        this.iam = Timer.builder(MetricNames.IAM_REQUEST_SECONDS)
                .description("How long IAM took to answer a token request, failures included.")
                .serviceLevelObjectives(IAMS)
                .register(registry);
    }

    private static Duration[] micros(long... values) {
        return LongStream.of(values)
                .mapToObj(micros -> Duration.ofNanos(1_000 * micros))
                .toArray(Duration[]::new);
    }

    void request(String route, String client, int status, long nanos) {
        series(route, client, status).accept(nanos);
    }

    /** Of requests that differ in nothing but their time, without looking for their series each time. */
    LongConsumer series(String route, String client, int status) {
        Counter counter = requests.computeIfAbsent(new Request(route, client, status), this::newCounter);
        LongConsumer durationsOfRoute = durations.of(route);
        return nanos -> {
            counter.increment();
            durationsOfRoute.accept(nanos);
        };
    }

    private Counter newCounter(Request request) {
        return Counter.builder(MetricNames.REQUESTS)
                .description("Answered requests.")
                .tag(MetricNames.ROUTE, request.route())
                .tag(MetricNames.CLIENT, request.client())
                .tag(MetricNames.STATUS, Integer.toString(request.status()))
                .register(registry);
    }

    void iamRequest(String grant, String status, long nanos) {
        Counter.builder(MetricNames.IAM_REQUESTS)
                .description("Token requests to IAM, by grant and HTTP status.")
                .tag(MetricNames.GRANT, grant)
                .tag(MetricNames.STATUS, status)
                .register(registry)
                .increment();
        iam.record(nanos, TimeUnit.NANOSECONDS);
    }

    void openShiftRequest(String server, String status) {
        Counter.builder(MetricNames.OPENSHIFT_REQUESTS)
                .description("Requests to the servers of OpenShift clusters, by server and HTTP status.")
                .tag(MetricNames.SERVER, server)
                .tag(MetricNames.STATUS, status)
                .register(registry)
                .increment();
    }
}
