package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.FakeClock;
import dev.iambroker.it.harness.HandedToken;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Scrape;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/** The daemon's wall clock is stepped while IAM's is right; and the daemon is stopped for longer than its tokens live. */
@Isolated
final class ClockIT {
    private static final int ACCOUNTS = 20;
    private static final String JUMPS = "iam_broker_clock_jumps_total";
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(10);
    private static final Duration SHORT_LIFE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_ASKS = Duration.ofMillis(250);

    private final EmulatedCloud cloud = SampleCloud.start();
    private Workplace place;
    private FakeClock clock;

    @BeforeEach
    void configure() throws IOException {
        place = Workplace.create();
        clock = FakeClock.in(place);
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        StringBuilder accounts = new StringBuilder("accounts:\n");
        for (int i = 0; i < ACCOUNTS; i++) {
            accounts.append(
                    "  a%d: { api-key: { file: key }, account-id: %s }\n".formatted(i, EmulatedCloud.PROD_ACCOUNT));
        }
        place.configure(cloud.emulator(), accounts.toString());
    }

    @AfterEach
    void end() throws IOException {
        cloud.close();
        clock.close();
        place.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    @Test
    void twoHoursBack_isNoticed_andNothingIsAskedOfIamThatWasNotBefore() throws Exception {
        try (var daemon = serve()) {
            long before = requests();

            step(daemon, Duration.ofHours(-2));

            assertServed(ACCOUNTS);
            // Their life by the monotonic clock has hardly begun: none is worth more than one look at IAM.
            assertThat(requests() - before).isLessThanOrEqualTo(ACCOUNTS);
        }
    }

    /** By the wall clock every token is over; by IAM's none is. One renewal each makes both content. */
    @Test
    void threeHoursForth_isNoticed_andEachTokenIsRenewedOnce() throws Exception {
        try (var daemon = serve()) {
            long before = requests();

            step(daemon, Duration.ofHours(3));
            assertServed(ACCOUNTS);
            assertThat(requests() - before).isBetween(1L, (long) ACCOUNTS);

            long renewed = requests();
            assertServed(ACCOUNTS);
            assertServed(ACCOUNTS);
            assertThat(requests() - renewed).isLessThanOrEqualTo(before + ACCOUNTS - renewed);
        }
    }

    /** Lives short enough that each step sees two of them end. */
    @Test
    void steps_shortLives_noExpiredTokenAndNoStorm() throws Exception {
        cloud.emulator().settings().accessTokenLife(SHORT_LIFE).idTokenLife(SHORT_LIFE);
        try (var daemon = serve()) {
            assertThat(daemon.isAlive()).isTrue();
            for (Duration offset : List.of(Duration.ofHours(-2), Duration.ofHours(3), Duration.ZERO)) {
                clock.offset(offset);
                long before = requests();
                long end = System.nanoTime() + SHORT_LIFE.toNanos();
                while (System.nanoTime() < end) {
                    assertServed(4);
                    Thread.sleep(BETWEEN_ASKS);
                }
                // Renewed at 4.5 s at the earliest: twice or three times in ten seconds; and once for the step.
                assertThat(requests() - before).as("after %s", offset).isLessThanOrEqualTo(4L * ACCOUNTS);
            }
        }
    }

    @Test
    void stopped_forLongerThanALife_noExpiredTokenAndNoStorm() throws Exception {
        cloud.emulator().settings().accessTokenLife(Duration.ofSeconds(8)).idTokenLife(Duration.ofSeconds(8));
        try (var daemon = serve()) {
            daemon.signal("STOP");
            // Not parkNanos, which returns at once for a permit that the HTTP client left with this thread.
            Thread.sleep(Duration.ofSeconds(10));
            long before = requests();
            Instant resumed = Instant.now();
            daemon.signal("CONT");

            for (int i = 0; i < ACCOUNTS; i++) {
                Answer answer = ask(i);
                assertThat(answer.status()).as("%s", answer).isEqualTo(200);
                assertThat(HandedToken.in(answer).issuedAt()).isAfter(resumed.minusSeconds(2));
            }
            assertThat(requests() - before).isBetween((long) ACCOUNTS, 2L * ACCOUNTS);
        }
    }

    private Daemon serve() throws IOException, InterruptedException {
        Daemon daemon = place.serve(clock.seenBy(place.program("serve", "--config", place.configFile())
                .env("IAM_BROKER_JAVA_OPTS", "-XX:TieredStopAtLevel=1")));
        assertServed(ACCOUNTS);
        return daemon;
    }

    /** Steps the clock and waits until that is noticed, which must be within seconds. */
    private void step(Daemon daemon, Duration offset) throws IOException, InterruptedException {
        double jumps = Scrape.of(place.http()).sum(JUMPS);
        clock.offset(offset);
        long stepped = System.nanoTime();
        daemon.await(
                "the jump to be counted",
                () -> jumps() > jumps || since(stepped).compareTo(NOTICED_WITHIN) > 0);
        assertThat(jumps()).as(JUMPS).isGreaterThan(jumps);
    }

    private double jumps() {
        try {
            return Scrape.of(place.http()).sum(JUMPS);
        } catch (IOException e) {
            throw new AssertionError("no metrics", e);
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }

    /** By the clock of the machine, which is IAM's. */
    private void assertServed(int accounts) throws IOException {
        List<HandedToken> tokens = new ArrayList<>();
        for (int i = 0; i < accounts; i++) {
            Instant asked = Instant.now();
            Answer answer = ask(i);
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            tokens.add(HandedToken.in(answer));
            assertThat(tokens.getLast().expiresAt()).isAfter(asked);
        }
    }

    private Answer ask(int account) throws IOException {
        return place.http().get("/v1/accounts/a" + account + "/token?min_ttl=0");
    }

    private long requests() {
        return cloud.emulator().requests().size();
    }
}
