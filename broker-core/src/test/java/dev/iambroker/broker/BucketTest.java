package dev.iambroker.broker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.policy.Rate;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BucketTest {
    private static final long SECOND = Duration.ofSeconds(1).toNanos();

    private static Rate rate(String text) {
        return Rate.parse(text).orElseThrow();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -5_000_000_000L, Long.MAX_VALUE - 100, Long.MIN_VALUE})
    void take_wholeBurst_thenOneAtATime(long begin) {
        Bucket bucket = new Bucket(rate("10/s"), begin);
        for (int i = 0; i < 10; i++) {
            assertThat(bucket.take(begin)).isZero();
        }
        assertThat(bucket.take(begin)).isEqualTo(SECOND / 10);
        assertThat(bucket.take(begin + SECOND / 10 - 1)).isEqualTo(1);
        assertThat(bucket.take(begin + SECOND / 10)).isZero();
        assertThat(bucket.take(begin + SECOND / 10)).isPositive();
    }

    @Test
    void take_afterALongPause_noMoreThanTheBurst() {
        Bucket bucket = new Bucket(rate("3/m"), 0);
        long later = Duration.ofHours(5).toNanos();
        assertThat(new long[] {bucket.take(later), bucket.take(later), bucket.take(later)})
                .containsOnly(0);
        assertThat(bucket.take(later)).isPositive();
    }

    /** Against the naive model: whatever is asked when, no window of a unit lets through twice the count. */
    @Test
    void take_anyTimes_rateIsKeptOverTheWhole() {
        Random random = new Random(7);
        Bucket bucket = new Bucket(rate("20/s"), 0);
        long now = 0;
        int taken = 0;
        while (now < 60 * SECOND) {
            taken += bucket.take(now) == 0 ? 1 : 0;
            now += random.nextLong(SECOND / 15);
        }
        assertThat(taken).isBetween(60 * 20 - 20, 60 * 20 + 20);
    }

    @Test
    void take_manyThreadsAtOnce_notOneTooMany() throws InterruptedException {
        Bucket bucket = new Bucket(rate("1000/h"), 0);
        AtomicInteger taken = new AtomicInteger();
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            threads[i] = Thread.ofPlatform().start(() -> {
                for (int k = 0; k < 1000; k++) {
                    if (bucket.take(0) == 0) {
                        taken.incrementAndGet();
                    }
                }
            });
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(taken).hasValue(1000);
    }
}
