package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Many processes have the broker read and write its sessions, and it is killed over and over. */
final class CrashUnderLoadIT {
    private static final int PROCESSES = 64;
    private static final int KILLS = 6;
    private static final long LONGEST_LIFE_NANOS = Duration.ofMillis(800).toNanos();
    private static final List<String> SESSIONS = List.of("by-password", "by-passcode");
    /** A session's file begins with a header, and never is shorter than a refresh token. */
    private static final long LEAST_BYTES = 100;

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place = Workplace.create();
    private final Random random = new Random(11);
    private final List<Process> processes = new ArrayList<>();

    CrashUnderLoadIT() throws IOException {
        place.secret("password", EmulatedCloud.PASSWORD);
        cloud.emulator().settings().rotation(Rotation.OVERLAPPING);
        place.configure(cloud.emulator(), """
                accounts:
                  by-password: { password: { username: %s, password: { file: password } }, account-id: %s }
                  by-passcode: { passcode: {}, account-id: %s }
                refresh: { min-interval: 0s }
                """.formatted(
                        EmulatedCloud.USER, EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
    }

    @AfterEach
    void end() throws IOException {
        processes.forEach(process -> process.destroyForcibly().onExit().join());
        cloud.close();
        place.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    @Test
    void kills_while64ProcessesReadAndWrite_storeIsNeverEmptyNorTorn() throws Exception {
        AtomicBoolean isOver = new AtomicBoolean();
        Daemon daemon = serve();
        logIn();
        startProcesses();
        Thread watcher = Thread.ofPlatform().unstarted(() -> watchFiles(isOver));
        AtomicBoolean sawNothingTorn = new AtomicBoolean(true);
        watcher.setUncaughtExceptionHandler((thread, failure) -> sawNothingTorn.set(false));
        watcher.start();
        long renewals = cloud.emulator().count(GrantKind.REFRESH);
        for (int kill = 0; kill < KILLS; kill++) {
            Thread.sleep(Duration.ofNanos((long) (random.nextDouble() * LONGEST_LIFE_NANOS)));
            daemon.kill();
            daemon = serve();
            assertThat(daemon.log()).doesNotContain("damaged");
        }
        isOver.set(true);
        watcher.join();
        processes.forEach(process -> process.destroyForcibly().onExit().join());
        for (String account : SESSIONS) {
            Answer answer = place.http().post("/v1/accounts/" + account + "/refresh", "");
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        }
        daemon.close();
        assertThat(sawNothingTorn).isTrue();
        assertThat(cloud.emulator().count(GrantKind.REFRESH) - renewals).isGreaterThan(KILLS);
        assertThat(cloud.emulator().count(GrantKind.PASSWORD)).isEqualTo(1);
        assertThat(cloud.emulator().count(GrantKind.PASSCODE)).isEqualTo(1);
        assertThat(cloud.emulator().peakInFlightOfASession()).isEqualTo(1);
    }

    private Daemon serve() throws IOException, InterruptedException {
        return place.serve(place.program("serve", "--config", place.configFile())
                .env("IAM_BROKER_JAVA_OPTS", "-XX:TieredStopAtLevel=1"));
    }

    private void logIn() throws IOException {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        Answer answer = place.http().post("/v1/accounts/by-passcode/login", "{\"passcode\":\"" + passcode + "\"}");
        assertThat(answer.status()).as("%s", answer).isEqualTo(200);
        assertThat(place.http().get("/v1/accounts/by-password/token").status()).isEqualTo(200);
    }

    /** Three in four read, the others have the sessions refreshed and so written. Each goes on when the daemon is away. */
    private void startProcesses() throws IOException {
        Path nothing = Path.of("/dev/null");
        for (int i = 0; i < PROCESSES; i++) {
            String request = i % 4 == 0 ? "-X POST '%s/refresh'" : "'%s/token?wait=[1-5]'";
            String loop = "while sleep 0.8; do curl -s --max-time 5 --unix-socket %s -o /dev/null %s; done"
                    .formatted(
                            place.socket(),
                            request.formatted("http://localhost/v1/accounts/{" + String.join(",", SESSIONS) + "}"));
            // What is tested is the store, not who gets the processor.
            processes.add(Program.shell(loop)
                    .by("nice", "-n", "15")
                    .start(Redirect.from(nothing.toFile()), nothing, nothing));
        }
    }

    /** As a process that reads the files themselves would see them. */
    private void watchFiles(AtomicBoolean isOver) {
        while (!isOver.get()) {
            try (Stream<Path> files = Files.list(place.state().resolve("sessions"))) {
                files.filter(file -> file.toString().endsWith(".session")).forEach(CrashUnderLoadIT::look);
            } catch (IOException e) {
                throw new AssertionError("the sessions cannot be listed", e);
            }
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    private static void look(Path file) {
        try {
            assertThat(Files.readAllBytes(file).length).isGreaterThan((int) LEAST_BYTES);
        } catch (NoSuchFileException removed) {
            throw new AssertionError(file + " was away for a moment", removed);
        } catch (IOException e) {
            throw new AssertionError(file + " cannot be read", e);
        }
    }
}
