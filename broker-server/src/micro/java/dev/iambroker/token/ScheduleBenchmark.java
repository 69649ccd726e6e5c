package dev.iambroker.token;

import java.time.Duration;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** When to renew: by arithmetic alone, and as the ten thousandth account of a crowd. */
@State(Scope.Thread)
public class ScheduleBenchmark {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final long RENEWALS_A_SECOND = 6;

    private final RefreshSchedule schedule =
            new RefreshSchedule(0.5, 0.1, Duration.ofSeconds(30), Duration.ofMinutes(5), new Random(1));
    private final Evenness crowd = new Evenness(0);
    private long now;

    @Benchmark
    public Duration byLife() {
        return schedule.refreshAfter(HOUR);
    }

    @Benchmark
    public long amongTenThousand() {
        now += 1_000_000_000 / RENEWALS_A_SECOND;
        return crowd.place(now, now + HOUR.toNanos() / 20, now + HOUR.toNanos() / 2);
    }
}
