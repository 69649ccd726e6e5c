package dev.iambroker.server.telemetry;

import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.distribution.DistributionStatisticConfig;
import io.micrometer.core.instrument.distribution.TimeWindowMax;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongConsumer;
import java.util.stream.Stream;

/** Durations in buckets, their sum, and the longest of the last minutes. Thread-safe; nobody waits for anybody. */
final class DurationCounts implements LongConsumer {
    private static final long NANOS_IN_A_MICRO = 1000;

    private final long[] boundsMicros;
    private final LongAdder[] counts;
    private final LongAdder sum = new LongAdder();
    private final TimeWindowMax longest = new TimeWindowMax(Clock.SYSTEM, DistributionStatisticConfig.DEFAULT);

    /** Whatever is not longer than this, since it was last asked, is not the longest. */
    private volatile long longestSinceAsked = -1;

    DurationCounts(long[] boundsMicros) {
        this.boundsMicros = boundsMicros;
        this.counts =
                Stream.generate(LongAdder::new).limit(boundsMicros.length + 1L).toArray(LongAdder[]::new);
    }

    @Override
    public void accept(long nanos) {
        int bucket = 0;
        while (bucket < boundsMicros.length && nanos > boundsMicros[bucket] * NANOS_IN_A_MICRO) {
            bucket++;
        }
        counts[bucket].increment();
        sum.add(nanos);
        if (nanos > longestSinceAsked) {
            longestSinceAsked = nanos;
            longest.record((double) nanos, TimeUnit.NANOSECONDS);
        }
    }

    /** Of the bucket with that bound, and of no other; beyond the last bound where it is one more. */
    long countIn(int bucket) {
        return counts[bucket].sum();
    }

    long sumNanos() {
        return sum.sum();
    }

    /** In nanoseconds. Begins to look for the longest anew, which counts for some minutes all the same. */
    double takeLongest() {
        longestSinceAsked = -1;
        return longest.poll(TimeUnit.NANOSECONDS);
    }
}
