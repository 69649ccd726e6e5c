package dev.iambroker.server.telemetry;

import dev.iambroker.account.AccountName;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.event.RenewalHistory;
import dev.iambroker.fleet.FleetReport;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.core.metrics.Info;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Every metric of the broker and its exposition. Owns its registry. Thread-safe; nothing here throws or blocks. */
public final class Telemetry implements AutoCloseable {
    /** The {@code status} of an IAM request that got no HTTP status. */
    private static final String NO_STATUS = "none";

    private static final double NANOS = 1e9;

    private final PrometheusMeterRegistry registry;
    private final JvmGcMetrics gc = new JvmGcMetrics();
    private final MicrometerBrokerEvents events;
    private final RequestMeters requests;
    private final SinkMeters sinks;
    private final Counter auditRecords;
    private final Counter auditMissed;
    private volatile double clockSkewSeconds;
    private volatile @Nullable Supplier<FleetReport> fleet;

    /**
     * @param version of this program
     * @param java version of the platform that runs it
     * @param runways asked at every scrape
     * @param clock the wall clock, by which renewals are remembered
     */
    public Telemetry(String version, String java, Runways runways, InstantSource clock) {
        registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT, new PrometheusRegistry(), Clock.SYSTEM);
        // Their names break Prometheus's conventions, and promtool says so.
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
        registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
        events = new MicrometerBrokerEvents(registry, runways, clock);
        requests = new RequestMeters(registry);
        sinks = new SinkMeters(registry);
        auditRecords = Counter.builder(MetricNames.AUDIT_RECORDS)
                .description("Records written to the audit log.")
                .register(registry);
        auditMissed = Counter.builder(MetricNames.AUDIT_MISSED)
                .description("Events that found no way into the audit log.")
                .register(registry);
        Gauge.builder(MetricNames.CLOCK_SKEW, this, telemetry -> telemetry.clockSkewSeconds)
                .description("How far IAM's clock is ahead of ours.")
                .strongReference(true)
                .register(registry);
        // Micrometer's naming would take "_info" off a gauge.
        Info.builder()
                .name(MetricNames.BUILD_INFO)
                .help("Always 1; the labels say what runs.")
                .labelNames(MetricNames.VERSION, MetricNames.JAVA)
                .register(registry.getPrometheusRegistry())
                .setLabelValues(version, java);
    }

    /** From now on there are metrics of this process and its JVM. To be called once; reads files of {@code /sys}, for which a start would wait. */
    public void observeProcess() {
        new JvmMemoryMetrics().bindTo(registry);
        gc.bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    /** The listener that turns the core's events into metrics. */
    public BrokerEvents events() {
        return events;
    }

    /**
     * Says which accounts are configured, at start and whenever that changes: new ones get their series (state {@code
     * starting}), those of others are removed, and events of others are passed over from then on.
     */
    public void accounts(Set<AccountName> configured) {
        events.configured(Set.copyOf(configured));
    }

    /**
     * A request was answered.
     *
     * @param route the pattern, {@code /v1/accounts/{a}/token}, never the path as it came
     * @param client the name of the rule that decided
     */
    public void request(String route, String client, int status, long nanos) {
        requests.request(route, client, status, nanos);
    }

    /** Hears, in nanoseconds, of requests that differ in nothing else; otherwise as {@link #request}. */
    public LongConsumer requests(String route, String client, int status) {
        return requests.series(route, client, status);
    }

    /**
     * A token request to IAM ended.
     *
     * @param status the HTTP status, 0 where there was none
     */
    public void iamRequest(String grant, int status, long nanos) {
        requests.iamRequest(grant, status == 0 ? NO_STATUS : Integer.toString(status), nanos);
    }

    /**
     * A request to the servers of an OpenShift cluster ended.
     *
     * @param server {@code api} or {@code oauth}
     * @param status the HTTP status, 0 where there was none
     */
    public void openShiftRequest(String server, int status) {
        requests.openShiftRequest(server, status == 0 ? NO_STATUS : Integer.toString(status));
    }

    /** How the account's renewals of the last day ended, as far as this process saw them; null for one that is not configured. */
    public @Nullable RenewalHistory renewals(AccountName account) {
        return events.renewals(account);
    }

    /** Of files that tokens are kept in. */
    public SinkMeters sinks() {
        return sinks;
    }

    /** @param report asked at every scrape; null where there is no fleet */
    public void fleet(@Nullable Supplier<FleetReport> report) {
        fleet = report;
    }

    public void auditRecorded() {
        auditRecords.increment();
    }

    public void auditMissed(long events) {
        auditMissed.increment((double) events);
    }

    /** How far IAM's clock is ahead of ours; negative where it is behind. */
    public void clockSkew(Duration skew) {
        clockSkewSeconds = skew.getSeconds() + skew.getNano() / NANOS;
    }

    /** All metrics in the format that {@code accept} asks for, null for no such header. */
    public Exposition scrape(@Nullable String accept) {
        ExpositionFormat format = ExpositionFormat.acceptedBy(accept);
        SeriesText text = new SeriesText(format);
        events.series().writeTo(text);
        Supplier<FleetReport> report = fleet;
        if (report != null) {
            new FleetSeries(report.get()).writeTo(text);
        }
        // Last, as it brings the end of an exposition along.
        return new Exposition(format.contentType(), text.with(registry.scrape(format.contentType())));
    }

    @Override
    public void close() {
        gc.close();
        registry.close();
    }
}
