package dev.iambroker.token;

import static dev.iambroker.token.Bench.PROD;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.iam.IamFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/**
 * How long callers are served when IAM goes down, by the age that the token has at that moment. Prints the table that
 * {@code docs/reliability.md} shows, and holds the page to it.
 */
final class OutageTableTest {
    private static final Path PAGE = Path.of("..", "docs", "reliability.md");
    private static final Duration OUTAGE = Duration.ofHours(1);
    private static final Duration STEP = Duration.ofSeconds(1);
    private static final List<Duration> LIVES =
            List.of(Duration.ofMinutes(60), Duration.ofMinutes(20), Duration.ofMinutes(15));

    /** What an outage did to the callers of one account who ask once a second. */
    private record Outcome(Duration age, Duration survived, Duration recovered) {}

    @Test
    void hourLongOutage_tokensAtEveryAge_surviveAtLeastUntilTheLifeLeftIsOver() throws IOException {
        StringBuilder table = new StringBuilder("""
                | life | IAM goes down after | age of the token then | callers served for | served again after |
                | ---: | ---: | ---: | ---: | ---: |
                """);
        for (Duration life : LIVES) {
            for (int tenth = 0; tenth <= 10; tenth++) {
                Duration after = life.multipliedBy(tenth).dividedBy(10);
                Outcome outcome = outage(life, after);
                table.append(row(life, after, outcome));
                check(life, outcome);
            }
        }
        System.out.println(table);
        assertThat(Files.readString(PAGE, UTF_8)).contains(table);
    }

    private static String row(Duration life, Duration after, Outcome outcome) {
        return "| " + life.toMinutes() + " min | " + text(after) + " | " + text(outcome.age()) + " | "
                + text(outcome.survived()) + " | " + text(outcome.recovered()) + " |\n";
    }

    private static String text(Duration duration) {
        return duration.toMinutes() + " min " + duration.toSecondsPart() + " s";
    }

    private static void check(Duration life, Outcome outcome) {
        Duration left = life.minus(outcome.age());
        assertThat(outcome.survived()).isGreaterThanOrEqualTo(left.minusSeconds(11));
        // Renewed at 45 to 55 percent of each life, so never less than 45 percent is left.
        assertThat(left)
                .isGreaterThanOrEqualTo(life.multipliedBy(45).dividedBy(100).minus(STEP));
        assertThat(outcome.recovered()).isLessThanOrEqualTo(Duration.ofSeconds(31));
    }

    private static Outcome outage(Duration life, Duration after) {
        ManualTime time = new ManualTime();
        ScriptedIam iam = new ScriptedIam(time);
        iam.life(life);
        Bench bench = new Bench(time, iam, new MemoryStore(), List.of(Bench.byKey()), after.toSeconds()).started();
        time.advance(after);
        Duration age = bench.access(PROD).lifetime().age(time);
        iam.failWith(() -> new IamFailure.Retry("the connection is refused", IamFailure.NO_STATUS, null, null));
        Duration survived =
                Duration.ofSeconds(untilServedIs(false, bench, OUTAGE).orElse(OUTAGE.toSeconds()));
        time.advance(OUTAGE.minus(survived));
        iam.failWith(null);
        long recovered = untilServedIs(true, bench, OUTAGE).orElseThrow();
        return new Outcome(age, survived, Duration.ofSeconds(recovered));
    }

    /** Seconds until a caller is served, or is not. */
    private static OptionalLong untilServedIs(boolean served, Bench bench, Duration limit) {
        for (long second = 0; second < limit.toSeconds(); second++) {
            if (isServed(bench) == served) {
                return OptionalLong.of(second);
            }
            bench.time.advance(STEP);
        }
        return OptionalLong.empty();
    }

    private static boolean isServed(Bench bench) {
        try {
            return bench.access(PROD).left(bench.time).isPositive();
        } catch (RenewalFailure.Transient e) {
            return false;
        }
    }
}
