package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class RefreshScheduleTest {
    private final RefreshSchedule schedule = new RefreshSchedule(
            new RefreshSchedule.Settings(0.5, 0.1, Duration.ofSeconds(10), Duration.ofHours(2)), new Random(1));

    @Test
    void minInterval_neverLongerThanHalfOfALife() {
        assertThat(schedule.minInterval(Duration.ofHours(1))).isEqualTo(Duration.ofSeconds(10));
        assertThat(schedule.minInterval(Duration.ofSeconds(20))).isEqualTo(Duration.ofSeconds(10));
        assertThat(schedule.minInterval(Duration.ofSeconds(12))).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void refreshAfter_anyLife_liesWithinTheJitter() {
        Duration life = Duration.ofMinutes(20);
        for (int i = 0; i < 1_000; i++) {
            assertThat(schedule.refreshAfter(life)).isBetween(Duration.ofMinutes(9), Duration.ofMinutes(11));
        }
    }
}
