package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class AlarmClockTest {
    private final ManualTime time = new ManualTime();
    private final AlarmClock clock = new AlarmClock(time, time);
    private final List<String> rung = new ArrayList<>();

    @BeforeEach
    void start() {
        time.onAlarm(clock::ring);
    }

    @Test
    void ring_severalSleepers_eachWakesOnceAtItsOwnTime() {
        Alarm first = clock.sleeper(() -> rung.add("first"));
        Alarm second = clock.sleeper(() -> rung.add("second"));
        second.arm(Duration.ofSeconds(2).toNanos());
        first.arm(Duration.ofSeconds(1).toNanos());

        time.advance(Duration.ofSeconds(1));
        assertThat(rung).containsExactly("first");
        time.advance(Duration.ofMinutes(1));
        assertThat(rung).containsExactly("first", "second");
    }

    @Test
    void arm_again_replacesTheRingBefore() {
        Alarm sleeper = clock.sleeper(() -> rung.add("woken"));
        sleeper.arm(Duration.ofSeconds(1).toNanos());
        sleeper.arm(Duration.ofSeconds(5).toNanos());

        time.advance(Duration.ofSeconds(4));
        assertThat(rung).isEmpty();
        time.advance(Duration.ofSeconds(1));
        assertThat(rung).containsExactly("woken");
    }

    @Test
    void ring_oneSleeperFails_theOthersWakeAllTheSame() {
        Alarm broken = clock.sleeper(() -> {
            throw new IllegalStateException("meant to fail");
        });
        Alarm sound = clock.sleeper(() -> rung.add("sound"));
        broken.arm(0);
        sound.arm(0);

        time.settle();
        assertThat(rung).containsExactly("sound");
    }

    @Test
    void arm_whileRung_wakesAgain() {
        List<Alarm> self = new ArrayList<>();
        self.add(clock.sleeper(() -> {
            rung.add("woken");
            self.getFirst().arm(Duration.ofSeconds(1).toNanos());
        }));
        self.getFirst().arm(0);

        time.advance(Duration.ofSeconds(2));
        assertThat(rung).containsExactly("woken", "woken", "woken");
    }
}
