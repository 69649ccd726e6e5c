package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.fault.ActiveFault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Days in the life of the whole daemon, on a clock by hand, with callers that ask all the while. */
@ExtendWith(QuietLog.class)
final class ManualDayTest {
    private static final Set<GrantKind> RENEWALS =
            EnumSet.of(GrantKind.API_KEY, GrantKind.REFRESH, GrantKind.EXCHANGE_DELEGATED);
    private static final String KUBE = "Basic a3ViZTprdWJl";

    private static final Duration DAY = Duration.ofHours(24);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final int OUTAGE_MINUTES = 25;

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);

    @TempDir
    private Path temp;

    private ActiveFault outage = cloud.emulator().misbehave(Misbehaviour.NONE);
    private long failedRenewals;

    @BeforeEach
    void rotate() {
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING);
    }

    @AfterEach
    void end() {
        assertThat(cloud.emulator().departures()).isEmpty();
        assertThat(cloud.emulator().peakInFlightOfASession()).isLessThanOrEqualTo(1);
        cloud.close();
    }

    @ParameterizedTest
    @ValueSource(ints = {60, 20})
    void day_withTokensOfThatManyMinutes_neverExpiredAndOnSchedule(int minutes) throws Exception {
        Duration life = Duration.ofMinutes(minutes);
        cloud.emulator().settings().accessTokenLife(life).idTokenLife(life);
        Random random = new Random(minutes);
        try (var daemon = start(minutes, temp);
                var caller = daemon.caller()) {
            daemon.advance(Duration.ZERO);
            cloud.logInByPasscode(caller);
            Instant end = time.now().plus(DAY);
            while (time.now().isBefore(end)) {
                askForEverything(caller);
                daemon.advance(Duration.ofSeconds(random.nextLong(60, 300)));
            }
        }
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(1);
        assertThat(cloud.emulator().count(GrantKind.PASSCODE)).isEqualTo(1);
        assertOnSchedule(life);
    }

    /** Both bounds at once: between two requests of one sort lies the part of a life that the schedule allows. */
    private void assertOnSchedule(Duration life) {
        Map<String, List<RecordedRequest>> streams = cloud.emulator().requests().stream()
                .filter(request -> request.grant() != null && RENEWALS.contains(request.grant()))
                .collect(Collectors.groupingBy(ManualDayTest::stream));
        // The key, and each of the two sessions: access and kube, one request each time.
        assertThat(streams).hasSize(2 + 2 + 2);
        assertThat(cloud.emulator().count(GrantKind.MINT_DELEGATED)).isEqualTo(2);
        Duration least = part(life, 0.45).minus(SECOND);
        Duration most = part(life, 0.55).plus(SECOND);
        streams.forEach((name, requests) -> {
            assertThat(requests.size()).as(name).isBetween((int) DAY.dividedBy(most), (int) DAY.dividedBy(least) + 2);
            for (int i = 1; i < requests.size(); i++) {
                Duration apart = Duration.between(
                        requests.get(i - 1).at(), requests.get(i).at());
                assertThat(apart).as(name).isBetween(least, most);
            }
        });
    }

    private static String stream(RecordedRequest request) {
        // A session's first kube token comes by an exchange, the others by what that brought.
        boolean isKube = KUBE.equals(request.header("Authorization"));
        return request.account() + " " + (isKube ? "kube" : request.grant());
    }

    private static Duration part(Duration life, double part) {
        return Duration.ofNanos((long) (life.toNanos() * part));
    }

    @Test
    void outage_ofTwentyFiveMinutesAtAnyMinuteOfALife_isInvisible() throws Exception {
        for (int minute = 0; minute < 60; minute++) {
            Path directory = Files.createDirectory(temp.resolve("at-" + minute));
            try (var daemon = start(minute, directory);
                    var caller = daemon.caller()) {
                daemon.advance(Duration.ZERO);
                cloud.logInByPasscode(caller);
                askFor(daemon, caller, minute);
                begin(minute);
                askFor(daemon, caller, OUTAGE_MINUTES);
                end(minute);
                int before = cloud.emulator().requests().size();
                askFor(daemon, caller, 60);
                assertThat(cloud.emulator().requests().size()).isGreaterThan(before);
                assertThat(states(caller)).as("at minute %d", minute).containsOnly("valid");
            }
        }
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(60);
        assertThat(failedRenewals).as("renewals that met an outage").isGreaterThan(60);
    }

    /** By turns nobody listens, and somebody does who cannot help. */
    private void begin(int minute) {
        if (minute % 2 == 0) {
            cloud.emulator().stop();
        } else {
            outage = cloud.emulator().misbehave(Misbehaviour.ERROR_503);
        }
    }

    private void end(int minute) {
        if (minute % 2 == 0) {
            cloud.emulator().start();
        } else {
            failedRenewals += outage.hits();
            outage.close();
        }
    }

    private void askFor(ManualDaemon daemon, UnixCaller caller, int minutes) throws Exception {
        for (int passed = 0; passed < minutes; passed++) {
            askForEverything(caller);
            daemon.advance(MINUTE);
        }
        askForEverything(caller);
    }

    private ManualDaemon start(long seed, Path directory) throws IOException {
        return ManualDaemon.start(directory, SmallCloud.accounts(directory), cloud, time, seed);
    }

    private void askForEverything(UnixCaller caller) throws IOException {
        for (String account : SmallCloud.ALIASES) {
            for (String kind : List.of("access", "kube")) {
                Answer answer = caller.get("/v1/accounts/" + account + "/token?kind=" + kind);
                assertThat(answer.status())
                        .as("%s of %s at %s: %s", kind, account, time.now(), answer)
                        .isEqualTo(200);
                assertThat(answer.tokenExpiry()).isAfter(time.now());
                assertThat(answer.json().path("expires_in").asLong()).isPositive();
            }
        }
    }

    private static List<String> states(UnixCaller caller) throws IOException {
        return caller.get("/v1/accounts")
                .json()
                .path("accounts")
                .valueStream()
                .map(account -> account.path("state").asString())
                .toList();
    }
}
