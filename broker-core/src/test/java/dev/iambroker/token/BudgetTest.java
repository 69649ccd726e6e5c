package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class BudgetTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MILLI = 1_000_000L;
    private static final long BEGIN = 77 * SECOND;
    private static final Offset<Double> CLOSE = offset(1e-6);

    @Test
    void aNewBudget_allowsOneSecondsWorthAtOnce_thenTheRate() {
        assertThat(allowedAt(Budget.full(BEGIN), BEGIN)).isEqualTo(25);
        Budget spent = emptied(Budget.full(BEGIN));
        assertThat(spent.allowsOne()).isFalse();
        assertThat(spent.nanosUntilOne()).isEqualTo(SECOND / 25);
        assertThat(allowedAt(spent, BEGIN + SECOND / 5)).isEqualTo(5);
    }

    @Test
    void anIdleBudget_savesNoMoreThanASecondsWorth() {
        assertThat(allowedAt(emptied(Budget.full(BEGIN)), BEGIN + 3600 * SECOND))
                .isEqualTo(25);
    }

    @Test
    void requestsBeyondTheBudget_areWaitedOff() {
        Budget indebted = emptied(Budget.full(BEGIN));
        for (int request = 0; request < 50; request++) {
            indebted = indebted.spent();
        }
        assertThat(indebted.nanosUntilOne()).isBetween(2 * SECOND, 2 * SECOND + 41 * MILLI);
        assertThat(indebted.at(BEGIN + 2 * SECOND).allowsOne()).isFalse();
        assertThat(indebted.at(BEGIN + indebted.nanosUntilOne()).allowsOne()).isTrue();
    }

    @Test
    void aRefusal_halvesTheRateAndEmptiesTheBucket() {
        Budget cut = Budget.full(BEGIN).refused(BEGIN);
        assertThat(cut.rate()).isEqualTo(12.5);
        assertThat(cut.left()).isZero();
        assertThat(cut.nanosUntilOne()).isEqualTo(SECOND / 25 * 2);
    }

    @Test
    void aRefusal_doesNotForgiveADebt() {
        Budget indebted = emptied(Budget.full(BEGIN)).spent();
        assertThat(indebted.refused(BEGIN).left()).isEqualTo(-1);
    }

    @Test
    void refusals_withinASecond_areOne() {
        Budget cut = Budget.full(BEGIN).refused(BEGIN);
        for (long i = 1; i < 100; i++) {
            long now = BEGIN + i * 10 * MILLI;
            cut = cut.at(now).refused(now);
        }
        assertThat(cut.rate()).isEqualTo(12.5);
        assertThat(cut.at(BEGIN + SECOND).refused(BEGIN + SECOND).rate()).isEqualTo(6.25);
    }

    @Test
    void aRefusal_ofWhatWasSentBeforeTheCut_doesNotCutAgainHoweverLateItComes() {
        Budget cut = Budget.full(BEGIN).refused(BEGIN - 1);
        Budget later = cut.at(BEGIN + 9 * SECOND);
        assertThat(later.refused(BEGIN - 1).rate()).isEqualTo(later.rate());
        assertThat(later.refused(BEGIN + 8 * SECOND).rate()).isEqualTo(later.rate() / 2);
    }

    @Test
    void aLastingRefusal_endsAtTheLeastRate() {
        Budget budget = Budget.full(BEGIN);
        long now = BEGIN;
        List<Long> requests = new ArrayList<>();
        while (now < BEGIN + 600 * SECOND) {
            now += budget.nanosUntilOne();
            requests.add(now);
            budget = budget.at(now).spent().refused(now);
        }
        assertThat(budget.rate()).isEqualTo(Budget.LEAST_RATE);
        long lastMinute = requests.stream()
                .filter(at -> at > BEGIN + 540 * SECOND)
                .filter(at -> at <= BEGIN + 600 * SECOND)
                .count();
        assertThat(lastMinute).isEqualTo(30);
    }

    @Test
    void recovery_isByOneRequestASecondEverySecond_upToTheFullRate() {
        Budget cut = Budget.full(BEGIN).refused(BEGIN);
        assertThat(cut.at(BEGIN + 2 * SECOND).rate()).isEqualTo(12.5);
        assertThat(cut.at(BEGIN + 7 * SECOND).rate()).isCloseTo(17.5, CLOSE);
        assertThat(cut.at(BEGIN + 14 * SECOND).isFull()).isFalse();
        assertThat(cut.nanosUntilFull()).isEqualTo(14 * SECOND + SECOND / 2);
        assertThat(cut.at(BEGIN + cut.nanosUntilFull()).isFull()).isTrue();
        assertThat(cut.at(BEGIN + 3600 * SECOND).rate()).isEqualTo(Budget.FULL_RATE);
    }

    @Test
    void anEarlierReading_changesNothing() {
        Budget budget = Budget.full(BEGIN).spent();
        assertThat(budget.at(BEGIN - SECOND)).isEqualTo(budget);
    }

    @Test
    void clockThatWraps_isNoticedByNobody() {
        long edge = Long.MAX_VALUE - SECOND / 2;
        Budget cut = emptied(Budget.full(edge)).refused(edge);
        assertThat(cut.at(edge + SECOND).left()).isCloseTo(12.5, CLOSE);
        assertThat(cut.at(edge + 7 * SECOND).rate()).isCloseTo(17.5, CLOSE);
    }

    /** The same rules in steps of a millisecond, as one would write them down at first. */
    private static final class Naive {
        private double left = Budget.FULL_RATE;
        private double rate = Budget.FULL_RATE;
        private long now = BEGIN;
        private long cutAt = BEGIN - SECOND;
        private long quietUntil = BEGIN;

        void advance(long millis) {
            for (long i = 0; i < millis; i++) {
                now += MILLI;
                if (now > quietUntil) {
                    rate = Math.min(Budget.FULL_RATE, rate + 0.001);
                }
                left = Math.min(left + rate / 1000, Math.max(1, rate));
            }
        }

        void refused(long sentAt) {
            quietUntil = now + 2 * SECOND;
            if (sentAt >= cutAt && now - cutAt >= SECOND) {
                rate = Math.max(0.5, rate / 2);
                left = Math.min(left, 0);
                cutAt = now;
            }
        }
    }

    @RepeatedTest(40)
    void anyHistory_agreesWithTheNaiveModel(RepetitionInfo info) {
        long seed = info.getCurrentRepetition();
        Random random = new Random(seed);
        Naive naive = new Naive();
        Budget budget = Budget.full(BEGIN);
        for (int step = 0; step < 300; step++) {
            naive.advance(random.nextInt(random.nextInt(10) == 0 ? 20_000 : 300));
            budget = budget.at(naive.now);
            if (random.nextInt(20) == 0) {
                long sent = naive.now - random.nextInt(4_000) * MILLI;
                naive.refused(sent);
                budget = budget.refused(sent);
            }
            while (naive.left >= 1.1 && random.nextInt(3) > 0) {
                naive.left--;
                budget = budget.spent();
            }
            if (random.nextInt(30) == 0) {
                naive.left--;
                budget = budget.spent();
            }
            assertThat(budget.rate()).as("rate, seed %s step %s", seed, step).isCloseTo(naive.rate, offset(0.01));
            assertThat(budget.left()).as("left, seed %s step %s", seed, step).isCloseTo(naive.left, offset(0.1));
        }
    }

    @RepeatedTest(40)
    void anyHistory_noWindowHasMoreThanTheBucketAndTheRate(RepetitionInfo info) {
        Random random = new Random(1000L + info.getCurrentRepetition());
        List<Long> requests = new ArrayList<>();
        Budget budget = Budget.full(BEGIN);
        long now = BEGIN;
        for (int step = 0; step < 2_000; step++) {
            long wait = budget.nanosUntilOne();
            now += random.nextInt(4) == 0 ? random.nextLong(2 * SECOND) : wait;
            budget = budget.at(now);
            assertThat(wait > 0 || budget.allowsOne()).isTrue();
            while (budget.allowsOne() && random.nextInt(30) > 0) {
                requests.add(now);
                budget = budget.spent();
            }
            if (random.nextInt(100) == 0) {
                budget = budget.refused(now - random.nextLong(SECOND));
            }
        }
        assertThat(requests.size()).isGreaterThan(1_000);
        assertThat(Windows.mostBeyond(requests, Budget.FULL_RATE)).isLessThanOrEqualTo(Budget.FULL_RATE + 1e-3);
    }

    @RepeatedTest(20)
    void nanosUntilOne_isNeitherTooSoonNorTooLate(RepetitionInfo info) {
        Random random = new Random(info.getCurrentRepetition());
        for (int i = 0; i < 200; i++) {
            double rate = 0.5 + random.nextDouble() * 24.5;
            long grows = BEGIN + random.nextLong(3 * SECOND) - SECOND;
            Budget budget = new Budget(-random.nextInt(200), rate, BEGIN, BEGIN - SECOND, grows);
            long wait = budget.nanosUntilOne();
            assertThat(budget.at(BEGIN + wait).allowsOne()).as("%s", budget).isTrue();
            assertThat(budget.at(BEGIN + wait - MILLI).allowsOne())
                    .as("%s", budget)
                    .isFalse();
        }
    }

    private static int allowedAt(Budget budget, long nowNanos) {
        Budget now = budget.at(nowNanos);
        int allowed = 0;
        while (now.allowsOne()) {
            now = now.spent();
            allowed++;
        }
        return allowed;
    }

    private static Budget emptied(Budget budget) {
        Budget empty = budget;
        while (empty.allowsOne()) {
            empty = empty.spent();
        }
        return empty;
    }
}
