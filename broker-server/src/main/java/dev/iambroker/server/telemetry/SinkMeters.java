package dev.iambroker.server.telemetry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** What becomes of sinks, as metrics. Each has all its series from the start; of others nothing is counted. Thread-safe. */
public final class SinkMeters {
    private static final String SUCCESS = "success";
    private static final String FAILURE = "failure";

    private final MeterRegistry registry;
    private final Map<String, Series> bySink = new ConcurrentHashMap<>();

    SinkMeters(MeterRegistry registry) {
        this.registry = registry;
    }

    private static final class Series {
        private final MeterRegistry registry;
        private final Tags tags;
        private volatile int current;
        private final Gauge gauge;
        private final Counter written;
        private final Counter unwritten;
        private final Counter told;
        private final Counter untold;

        Series(MeterRegistry registry, String sink) {
            this.registry = registry;
            this.tags = Tags.of(MetricNames.SINK, sink);
            this.gauge = Gauge.builder(MetricNames.SINK_CURRENT, this, series -> series.current)
                    .description("1 while the file holds what the broker hands out, 0 while it does not.")
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
            this.written = counter(MetricNames.SINK_WRITES, SUCCESS, "Times that the file of a sink was written.");
            this.unwritten = counter(MetricNames.SINK_WRITES, FAILURE, "Times that the file of a sink was written.");
            this.told = counter(MetricNames.SINK_NOTICES, SUCCESS, "Times that a change of a sink was told.");
            this.untold = counter(MetricNames.SINK_NOTICES, FAILURE, "Times that a change of a sink was told.");
        }

        private Counter counter(String name, String outcome, String description) {
            return Counter.builder(name)
                    .description(description)
                    .tags(tags.and(MetricNames.OUTCOME, outcome))
                    .register(registry);
        }

        void remove() {
            List<Meter> meters = List.of(gauge, written, unwritten, told, untold);
            meters.forEach(registry::remove);
        }
    }

    /** These there are from now on, and no others. */
    public void configured(Set<String> sinks) {
        sinks.forEach(sink -> bySink.computeIfAbsent(sink, added -> new Series(registry, added)));
        bySink.forEach((sink, series) -> {
            if (!sinks.contains(sink)) {
                series.remove();
            }
        });
        bySink.keySet().retainAll(sinks);
    }

    public void current(String sink, boolean isCurrent) {
        Series series = bySink.get(sink);
        if (series != null) {
            series.current = isCurrent ? 1 : 0;
        }
    }

    public void written(String sink, boolean success) {
        Series series = bySink.get(sink);
        count(series == null ? null : success ? series.written : series.unwritten);
    }

    public void told(String sink, boolean success) {
        Series series = bySink.get(sink);
        count(series == null ? null : success ? series.told : series.untold);
    }

    private static void count(@Nullable Counter counter) {
        if (counter != null) {
            counter.increment();
        }
    }
}
