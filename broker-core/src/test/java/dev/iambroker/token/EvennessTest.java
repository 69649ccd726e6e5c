package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Login;
import dev.iambroker.iam.IamFailure;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

final class EvennessTest {
    private static final Duration LIFE = Duration.ofHours(1);
    private static final Duration PART = Duration.ofMinutes(5);
    private static final double TOLERANCE = 0.2;

    private static final long SECOND = 1_000_000_000L;

    private final ManualTime time = new ManualTime();
    private final ScriptedIam iam = new ScriptedIam(time);
    private final Evenness evenness = new Evenness(0);

    @Test
    void tenThousandAccounts_whoseFirstTokensCameAtOnce_areRenewedEvenlyAndInTime() {
        start(10_000);
        time.advance(Duration.ofMinutes(75));
        assertThat(farthestFromEven(Duration.ofMinutes(10), Duration.ofMinutes(75)))
                .as("from when the first tokens are there")
                .isLessThan(TOLERANCE);
        assertThat(longestBetweenRequests(10_000)).isLessThan(part(LIFE, 0.75));
    }

    @Test
    void manyAccounts_afterAnOutage_areEvenAgainWithTheNextRenewals() {
        start(3000);
        time.advance(Duration.ofHours(1));
        iam.failWith(() -> new IamFailure.Retry("down", IamFailure.NO_STATUS, null, null));
        time.advance(Duration.ofMinutes(20));
        iam.failWith(null);
        time.advance(Duration.ofMinutes(75));
        assertThat(farthestFromEven(Duration.ofMinutes(95), Duration.ofMinutes(155)))
                .isLessThan(TOLERANCE);
    }

    private void start(int count) {
        List<Account> accounts = IntStream.range(0, count)
                .mapToObj(i -> Bench.account(new AccountName("a" + i), new Login.ApiKey(Bench.source("key"))))
                .toList();
        new Bench(time, iam, new MemoryStore(), accounts, new Random(1)).started();
    }

    /** Of the counts of equal parts of the time between, seen from the start. */
    private double farthestFromEven(Duration from, Duration to) {
        int parts = (int) to.minus(from).dividedBy(PART);
        long begin = SECOND + from.toNanos();
        long[] counts = new long[parts];
        for (ScriptedIam.Asked asked : iam.asked()) {
            long part = Math.floorDiv(asked.nanos() - begin, PART.toNanos());
            if (part >= 0 && part < parts) {
                counts[(int) part]++;
            }
        }
        double even = (double) LongStream.of(counts).sum() / parts;
        return LongStream.of(counts)
                .mapToDouble(count -> Math.abs(count / even - 1))
                .max()
                .orElseThrow();
    }

    private Duration longestBetweenRequests(int accounts) {
        Map<String, Long> last = new HashMap<>();
        long longest = 0;
        for (ScriptedIam.Asked asked : iam.asked()) {
            Long before = last.put(asked.account(), asked.nanos());
            longest = Math.max(longest, before == null ? 0 : asked.nanos() - before);
        }
        last.values()
                .forEach(at -> assertThat(time.nanos() - at)
                        .isLessThan(part(LIFE, 0.75).toNanos()));
        assertThat(last).hasSize(accounts);
        return Duration.ofNanos(longest);
    }

    private static Duration part(Duration whole, double part) {
        return Duration.ofNanos((long) (whole.toNanos() * part));
    }

    @Test
    void fewAtATime_areNotMoved() {
        assertThat(evenness.place(0, 10 * SECOND, 100 * SECOND)).isEqualTo(100 * SECOND);
        assertThat(evenness.place(0, 10 * SECOND, 100 * SECOND)).isEqualTo(100 * SECOND);
    }

    @Test
    void crowd_isPutBeforeItsTimeEvenlyAndNeverTooEarly() {
        Map<Long, Integer> counts = new HashMap<>();
        for (int i = 0; i < 4 * 46; i++) {
            long at = evenness.place(0, 10 * SECOND, 101 * SECOND);
            assertThat(at).isBetween(10 * SECOND, 101 * SECOND);
            counts.merge(at, 1, Integer::sum);
        }
        Set<Integer> heights = new HashSet<>(counts.values());
        assertThat(counts).hasSize(46);
        assertThat(Collections.max(heights) - Collections.min(heights)).isLessThanOrEqualTo(1);
    }

    @Test
    void timePassed_whatWasPlannedForItCountsNoMore() {
        for (int i = 0; i < 100; i++) {
            evenness.place(0, 100 * SECOND, 100 * SECOND);
        }
        long ringAgain = 2048 * 2 * SECOND + 100 * SECOND;
        assertThat(evenness.place(ringAgain - 50 * SECOND, ringAgain - 20 * SECOND, ringAgain))
                .isEqualTo(ringAgain);
    }

    @Test
    void farFuture_isLeftAsItIs() {
        long nextDay = 86_400 * SECOND;
        for (int i = 0; i < 10; i++) {
            assertThat(evenness.place(0, SECOND, nextDay)).isEqualTo(nextDay);
        }
    }
}
