package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.json.JsonMapper;

/** Real daemons, killed by SIGKILL in the midst of their renewals of short-lived tokens. */
final class CrashIT {
    private static final int KILLS = 30;
    private static final Duration LIFE = Duration.ofSeconds(2);
    private static final Duration LATENCY = Duration.ofMillis(40);
    private static final List<String> SESSIONS = List.of("by-password", "by-passcode");

    /** At a start all tokens are over, so that renewals fill this time. */
    private static final long KILL_WITHIN_NANOS = Duration.ofMillis(300).toNanos();

    /**
     * The claims are in whole seconds (RFC 7519, NumericDate), so that a token is up to a second younger than its {@code iat} says. The
     * ten seconds of life that the broker keeps in reserve cover that, and of a life of {@link #LIFE} a tenth is too little for it.
     */
    private static final Duration FRACTION_DROPPED = Duration.ofSeconds(1);

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Random random = new Random(5);
    private Workplace place;

    @BeforeEach
    void configure() throws IOException {
        cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE).latency(LATENCY);
        place = Workplace.create();
        place.secret("password", EmulatedCloud.PASSWORD);
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  by-key: { api-key: { file: %1$s/key }, account-id: %2$s }
                  by-password: { password: { username: %3$s, password: { file: %1$s/password } }, account-id: %2$s }
                  by-passcode: { passcode: {}, account-id: %4$s }
                refresh: { min-interval: 0s }
                """.formatted(
                        place.directory(), EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.USER, EmulatedCloud.DEV_ACCOUNT));
    }

    @AfterEach
    void end() throws IOException {
        cloud.close();
        place.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    @Test
    @Timeout(900)
    void kill_atRandomMomentsOfRenewals_neverNeedsALoginAgain() throws Exception {
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING);
        logInOnce();
        for (int kill = 0; kill < KILLS; kill++) {
            try (var daemon = serve()) {
                assertServed("by-password", kill);
                assertServed("by-passcode", kill);
                assertServed("by-key", kill);
                killAtRandom(daemon);
            }
            assertStoreIsWhole();
        }
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(1);
        assertThat(cloud.emulator().count(GrantKind.PASSCODE)).isEqualTo(1);
        assertThat(cloud.emulator().peakInFlightOfASession()).isEqualTo(1);
    }

    /** One generation only is good at a time: what a kill between IAM's answer and the disk takes away stays lost. */
    @Test
    @Timeout(900)
    void kill_betweenStrictRotationAndDisk_losesThatSessionAlone() throws Exception {
        cloud.emulator().settings().rotation(Rotation.STRICT);
        logInOnce();
        try (var daemon = serve()) {
            assertServed("by-passcode", 0);
            killDuringRefresh(daemon, EmulatedCloud.DEV_ACCOUNT, Duration.ZERO);
        }
        assertStoreIsWhole();
        try (var daemon = serve()) {
            // What was kept of before is served to its end.
            daemon.await("a kept token to be over", () -> askedQuietly("by-passcode") != 200);
            assertThat(ask("by-passcode").status()).isEqualTo(409);
            assertThat(place.http().get("/v1/accounts/by-passcode").text("state"))
                    .isEqualTo("login_required");
            assertServed("by-key", 1);
            assertThat(daemon.log()).doesNotContain("damaged");
            logInByPasscode();
            assertServed("by-passcode", 1);
        }
        assertStoreIsWhole();
    }

    /** The password is wrong from then on: a second login by it could not go unseen. */
    private void logInOnce() throws Exception {
        try (var daemon = serve()) {
            logInByPasscode();
            assertServed("by-password", 0);
            daemon.kill();
        }
        place.secret("password", "not the password");
    }

    private void logInByPasscode() throws IOException {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Answer answer = place.http().post("/v1/accounts/by-passcode/login", "{\"passcode\":\"" + passcode + "\"}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
    }

    /** By turns in the midst of a session's refresh and at any moment. */
    private void killAtRandom(Daemon daemon) throws Exception {
        if (random.nextBoolean()) {
            Duration after = Duration.ofNanos((long) (random.nextDouble() * 2 * LATENCY.toNanos()));
            killDuringRefresh(
                    daemon, random.nextBoolean() ? EmulatedCloud.DEV_ACCOUNT : EmulatedCloud.PROD_ACCOUNT, after);
        } else {
            Thread.sleep(Duration.ofNanos((long) (random.nextDouble() * KILL_WITHIN_NANOS)));
            daemon.kill();
        }
    }

    /** IAM rotates when a request comes, answers {@link #LATENCY} later, and then the disk has its turn. */
    private void killDuringRefresh(Daemon daemon, String account, Duration after) throws Exception {
        int seen = cloud.emulator().requests(GrantKind.REFRESH).stream()
                .filter(request -> account.equals(request.account()))
                .toList()
                .size();
        cloud.emulator()
                .awaitRequests(
                        seen + 1,
                        request -> request.grant() == GrantKind.REFRESH && account.equals(request.account()),
                        Duration.ofSeconds(30));
        Thread.sleep(after);
        daemon.kill();
    }

    /** The quick compiler alone: these daemons do not live long enough for the other. */
    private Daemon serve() throws IOException, InterruptedException {
        return place.serve(place.program("serve", "--config", place.configFile())
                .env("IAM_BROKER_JAVA_OPTS", "-XX:TieredStopAtLevel=1"));
    }

    private int askedQuietly(String account) {
        try {
            return ask(account).status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Answer ask(String account) throws IOException {
        return place.http().get("/v1/accounts/" + account + "/token?min_ttl=0&wait=20");
    }

    private void assertServed(String account, int kill) throws IOException {
        Instant asked = Instant.now();
        Answer answer = ask(account);
        assertThat(answer.status())
                .as("%s after %d kills: %s", account, kill, answer)
                .isEqualTo(200);
        assertThat(expiry(answer.text("access_token"))).as(account).isAfter(asked.minus(FRACTION_DROPPED));
    }

    private static Instant expiry(String jwt) {
        byte[] claims = Base64.getUrlDecoder().decode(jwt.split("\\.")[1]);
        return Instant.ofEpochSecond(
                JsonMapper.shared().readTree(claims).path("exp").asLong());
    }

    private void assertStoreIsWhole() throws IOException {
        Path sessions = place.state().resolve("sessions");
        for (String account : SESSIONS) {
            assertThat(sessions.resolve(account + ".session")).isNotEmptyFile();
        }
        try (Stream<Path> files = Files.list(sessions)) {
            assertThat(files.filter(file -> file.toString().contains("damaged")))
                    .isEmpty();
        }
    }
}
