package dev.iambroker.server.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class DurationCountsTest {
    private static final long MICRO = 1_000;

    private final DurationCounts durations = new DurationCounts(new long[] {50, 100, 1_000});

    private void take(long... nanos) {
        LongStream.of(nanos).forEach(durations);
    }

    private int[] counts() {
        return IntStream.range(0, 4).map(i -> (int) durations.countIn(i)).toArray();
    }

    @Test
    void bound_belongsToItsBucket_andWhatIsBeyondTheLastToOneMore() {
        take(0, 50 * MICRO, 50 * MICRO + 1, 100 * MICRO, 1_000 * MICRO, 1_000 * MICRO + 1, Long.MAX_VALUE / 2);
        assertThat(counts()).containsExactly(2, 2, 1, 2);
    }

    @Test
    void sum_isOfAll() {
        take(1, 2, 3);
        assertThat(durations.sumNanos()).isEqualTo(6);
    }

    @Test
    void longest_isToldAgainForMinutes_andALongerOneAtOnce() {
        take(30, 20, 10);
        assertThat(durations.takeLongest()).isEqualTo(30.0);
        assertThat(durations.takeLongest()).isEqualTo(30.0);
        take(25, 40);
        assertThat(durations.takeLongest()).isEqualTo(40.0);
    }

    @Test
    void longest_ofNothing_isNothing() {
        assertThat(durations.takeLongest()).isZero();
    }
}
