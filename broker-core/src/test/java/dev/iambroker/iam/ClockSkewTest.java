package dev.iambroker.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.LogLines;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class ClockSkewTest {
    private static final Instant NOW = Instant.parse("2026-03-01T00:00:00Z");
    private static final Duration HALF_A_SECOND = Duration.ofMillis(500);

    private final List<Duration> heard = new ArrayList<>();
    private final ClockSkew skew = new ClockSkew(heard::add);

    /** A reading whose midpoint says exactly that. */
    private void read(Duration ahead) {
        skew.read(NOW.plus(ahead).minus(HALF_A_SECOND), NOW, NOW);
    }

    private void read(long seconds, int times) {
        for (int i = 0; i < times; i++) {
            read(Duration.ofSeconds(seconds));
        }
    }

    @Test
    void median_nothingRead_isZero() {
        assertThat(skew.median()).isZero();
    }

    @Test
    void read_clocksAgree_isWithinHalfASecond() {
        skew.read(NOW, NOW.plusMillis(100), NOW.plusMillis(400));
        assertThat(skew.median()).isBetween(HALF_A_SECOND.negated(), HALF_A_SECOND);
    }

    @Test
    void read_slowAnswer_countsFromTheMiddle() {
        skew.read(NOW.plusSeconds(95), NOW, NOW.plusSeconds(10));
        assertThat(skew.median()).isEqualTo(Duration.ofSeconds(90).plus(HALF_A_SECOND));
    }

    @Test
    void read_fewOddAnswers_changeNothing() {
        read(3, 8);
        read(7200, 7);
        assertThat(skew.median()).isEqualTo(Duration.ofSeconds(3));
        assertThat(heard).containsOnly(Duration.ofSeconds(3)).hasSize(15);
        read(7200, 1);
        assertThat(skew.median()).as("the majority of the latest").isEqualTo(Duration.ofHours(2));
    }

    @Test
    void read_acrossAStepOfTheClock_isNoReading() {
        skew.read(NOW, NOW, NOW.minus(Duration.ofHours(2)));
        skew.read(NOW, NOW, NOW.plus(Duration.ofHours(3)));
        assertThat(heard).isEmpty();
    }

    @Test
    void jumped_back_movesAtOnceAndTheNextReadingDecides() {
        read(0, 15);
        skew.jumped(Duration.ofHours(-2));
        assertThat(skew.median()).isEqualTo(Duration.ofHours(2));
        read(7201, 1);
        assertThat(skew.median()).isEqualTo(Duration.ofSeconds(7201));
    }

    @Test
    void jumped_forwardFromAgreement_mayBeASuspendAndStays() {
        read(1, 15);
        skew.jumped(Duration.ofHours(8));
        assertThat(skew.median()).isEqualTo(Duration.ofSeconds(1));
        read(-10_800, 1);
        assertThat(skew.median()).isEqualTo(Duration.ofHours(-3));
    }

    @Test
    void jumped_forwardByWhatWasWrong_isTheClockPutRight() {
        read(10_800, 15);
        skew.jumped(Duration.ofHours(3));
        assertThat(skew.median()).isZero();
    }

    @Test
    void far_saidOnceWithWhatToDoAndOnceWhenItIsOver() {
        try (var log = new LogLines(ClockSkew.class.getName())) {
            read(-7200, 1);
            assertThat(log.lines()).as("one reading may be odd").isEmpty();
            read(-7200, 20);
            assertThat(log.lines())
                    .containsExactly("WARN IAM's clock is 7200 s behind this machine's:"
                            + " check that NTP keeps this machine's time");
            skew.jumped(Duration.ofHours(-2));
            read(0, 20);
            assertThat(log.lines()).hasSize(2).last().asString().startsWith("INFO this machine's clock agrees");
        }
    }

    @Test
    void far_aroundTheLimit_saysItOnce() {
        try (var log = new LogLines(ClockSkew.class.getName())) {
            read(61, 15);
            for (int i = 0; i < 20; i++) {
                read(59, 15);
                read(61, 15);
            }
            assertThat(log.lines()).singleElement().asString().contains("61 s ahead of");
        }
    }

    @Test
    void median_anyReadings_isTheMiddleOfTheLatestFifteen() {
        for (long seed = 0; seed < 200; seed++) {
            Random random = new Random(seed);
            List<Duration> all = new ArrayList<>();
            ClockSkew any = new ClockSkew(unused -> {});
            for (int i = 0; i < 40; i++) {
                Duration ahead = Duration.ofMillis(random.nextLong(-5_000, 5_000));
                all.add(ahead);
                any.read(NOW.plus(ahead).minus(HALF_A_SECOND), NOW, NOW);
                List<Duration> latest = all.subList(Math.max(0, all.size() - 15), all.size());
                long below = latest.stream()
                        .filter(d -> d.compareTo(any.median()) < 0)
                        .count();
                long above = latest.stream()
                        .filter(d -> d.compareTo(any.median()) > 0)
                        .count();
                assertThat(latest).as("seed %d", seed).contains(any.median());
                assertThat(below).as("seed %d", seed).isLessThanOrEqualTo(latest.size() / 2);
                assertThat(above).as("seed %d", seed).isLessThanOrEqualTo(latest.size() / 2);
            }
        }
    }
}
