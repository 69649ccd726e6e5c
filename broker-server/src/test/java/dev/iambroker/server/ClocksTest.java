package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** The whole daemon on machines whose clock is wrong, is stepped, or stands still while the machine sleeps. */
@ExtendWith(QuietLog.class)
final class ClocksTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration SOON = Duration.ofSeconds(35);
    private static final long KUBE_MARGIN = 45;

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);

    @TempDir
    private Path temp;

    @BeforeEach
    void rotate() {
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING).refreshTokenExpirationShown(true);
    }

    @AfterEach
    void end() {
        assertThat(cloud.emulator().departures()).isEmpty();
        cloud.close();
    }

    private ManualDaemon start() throws Exception {
        ManualDaemon daemon = ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 1);
        daemon.advance(Duration.ZERO);
        return daemon;
    }

    private void logIn(ManualDaemon daemon) throws IOException {
        try (var caller = daemon.caller()) {
            cloud.logInByPasscode(caller);
        }
    }

    @Test
    void anyJumps_everythingIsServedAndNothingThatIsOver() throws Exception {
        Random random = new Random(3);
        try (var daemon = start();
                var caller = daemon.caller()) {
            logIn(daemon);
            for (int i = 0; i < 40; i++) {
                switch (random.nextInt(5)) {
                    case 0 -> time.stepWall(Duration.ofHours(-2));
                    case 1 -> time.stepWall(Duration.ofHours(3));
                    case 2 -> time.suspend(Duration.ofMinutes(random.nextLong(1, 600)));
                    case 3 -> daemon.jump(Duration.ofMinutes(random.nextLong(1, 600)));
                    default -> daemon.advance(Duration.ofMinutes(random.nextLong(1, 120)));
                }
                askForEverything(caller);
                daemon.advance(SOON);
                askForEverything(caller);
            }
            assertThat(metric(caller, "iam_broker_clock_jumps_total")).isBetween(5.0, 40.0);
            assertThat(cloud.emulator().requests().size()).as("no storm").isLessThan(40 * 16);
        }
    }

    private void askForEverything(UnixCaller caller) throws IOException {
        for (String account : SmallCloud.ALIASES) {
            for (String kind : List.of("access", "kube")) {
                Answer answer = caller.get("/v1/accounts/" + account + "/token?kind=" + kind);
                assertThat(answer.status()).as("%s", answer).isEqualTo(200);
                Instant end = answer.tokenExpiry();
                long left = answer.json().path("expires_in").asLong();
                assertThat(end).isAfter(time.instant());
                assertThat(time.instant().plusSeconds(left)).isBeforeOrEqualTo(end);
                // What a client gets that compares with this machine's clock, as client-go does.
                long told =
                        answer.json().path("expiration").asLong() - time.now().getEpochSecond();
                assertThat(told).isLessThanOrEqualTo(left + 5);
            }
        }
    }

    @Test
    void suspend_overNight_isMadeUpForWithoutACaller() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            logIn(daemon);
            int before = cloud.emulator().requests().size();
            time.suspend(Duration.ofHours(9));
            daemon.advance(SOON);
            assertThat(cloud.emulator().requests().size() - before)
                    .as("an access token each")
                    .isEqualTo(3);
            assertThat(metric(caller, "iam_broker_clock_jumps_total")).isEqualTo(1);
            for (JsonNode account : caller.get("/v1/accounts").json().path("accounts")) {
                assertThat(account.path("runway_seconds").asLong()).isGreaterThan(3500);
            }
        }
    }

    @Test
    void machineTwoHoursBehind_clientsAreToldTheEndByTheirOwnClock() throws Exception {
        time.stepWall(Duration.ofHours(-2));
        try (var log = new CollectedLog();
                var daemon = start();
                var caller = daemon.caller()) {
            Answer kube = caller.get("/v1/accounts/by-key/kube-credential");
            Instant told = Instant.parse(
                    kube.json().path("status").path("expirationTimestamp").asString());
            assertThat(told).isEqualTo(time.now().plus(HOUR).minusSeconds(KUBE_MARGIN));
            JsonNode access = caller.get("/v1/accounts/by-key/token").json();
            assertThat(access.path("expiration").asLong())
                    .isEqualTo(time.now().plus(HOUR).getEpochSecond());
            assertThat(metric(caller, "iam_broker_clock_skew_seconds")).isBetween(7199.0, 7201.0);
            assertThat(log.lines().stream().filter(line -> line.contains("IAM's clock is 7200 s ahead")))
                    .hasSize(1);
        }
    }

    @Test
    void clocksThatAgree_endIsIamsOwn() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            Answer token = caller.get("/v1/accounts/by-key/token?kind=kube");
            Instant exp = token.tokenExpiry();
            assertThat(token.json().path("expiration").asLong()).isEqualTo(exp.getEpochSecond());
            Answer kube = caller.get("/v1/accounts/by-key/kube-credential");
            assertThat(kube.json().path("status").path("expirationTimestamp").asString())
                    .isEqualTo(exp.minusSeconds(KUBE_MARGIN).toString());
            assertThat(metric(caller, "iam_broker_clock_skew_seconds")).isBetween(-1.0, 1.0);
        }
    }

    @Test
    void clockSetBackDuringALife_preparedAnswerFollows() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            long before = caller.get("/v1/accounts/by-key/token")
                    .json()
                    .path("expiration")
                    .asLong();
            time.stepWall(Duration.ofHours(-2));
            daemon.advance(Duration.ofSeconds(2));
            long after = caller.get("/v1/accounts/by-key/token")
                    .json()
                    .path("expiration")
                    .asLong();
            assertThat(before - after).isBetween(7199L, 7201L);
        }
    }

    @Test
    void session_ofADayThatEndsWhenUnusedForTwoHours_isKeptAliveWarnedOfAndReported() throws Exception {
        cloud.emulator()
                .settings()
                .refreshTokenLife(Duration.ofDays(3))
                .sessionLife(Duration.ofHours(24))
                .inactivity(Duration.ofHours(2));
        try (var log = new CollectedLog();
                var daemon = start();
                var caller = daemon.caller()) {
            logIn(daemon);
            for (int hour = 1; hour < 24; hour++) {
                daemon.advance(HOUR);
                JsonNode account = account(caller, "by-passcode");
                assertThat(account.path("state").asString()).isEqualTo("valid");
                assertThat(account.path("login_runway_seconds").asLong())
                        .isBetween((24L - hour) * 3600 - 2, (24L - hour) * 3600 + 2);
                assertThat(account(caller, "by-password")
                                .path("login_runway_seconds")
                                .isNull())
                        .isTrue();
            }
            daemon.advance(HOUR.plusMinutes(59));
            assertThat(account(caller, "by-passcode").path("state").asString()).isEqualTo("login_required");
            assertThat(account(caller, "by-passcode")
                            .path("login_runway_seconds")
                            .asLong(-1))
                    .isZero();
            assertThat(account(caller, "by-password").path("state").asString()).isEqualTo("valid");
            assertThat(log.lines().stream().filter(line -> line.contains("the login of account by-passcode ends in")))
                    .hasSize(3);
            cloud.logInByPasscode(caller);
            assertThat(account(caller, "by-passcode")
                            .path("login_runway_seconds")
                            .asLong())
                    .isGreaterThan(86_000);
        }
    }

    @Test
    void readyz_outage_countsDownWithTheShortestAccountThatShouldServe() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            assertThat(caller.get("/readyz").json().path("runway_seconds").asLong())
                    .isEqualTo(3590);
            cloud.emulator().misbehave(Misbehaviour.ERROR_503);
            daemon.advance(Duration.ofMinutes(40));
            assertThat(caller.get("/readyz").json().path("runway_seconds").asLong())
                    .isEqualTo(1190);
            daemon.advance(Duration.ofMinutes(20));
            Answer unready = caller.get("/readyz");
            assertThat(unready.status()).isEqualTo(503);
            assertThat(unready.json().path("runway_seconds").asLong(-1)).isZero();
            caller.post("/v1/accounts/by-key/logout", "");
            caller.post("/v1/accounts/by-password/logout", "");
            assertThat(caller.get("/readyz").json().path("runway_seconds").isNull())
                    .isTrue();
        }
    }

    private static JsonNode account(UnixCaller caller, String name) throws IOException {
        return caller.get("/v1/accounts/" + name).json();
    }

    private static double metric(UnixCaller caller, String name) throws IOException {
        return caller.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(name.length() + 1)))
                .findFirst()
                .orElseThrow();
    }
}
