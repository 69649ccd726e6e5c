package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** {@code token --watch}: every token once, whatever becomes of the daemon meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TokenWatchIT {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 20;

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private Daemon daemon;

    TokenWatchIT() throws IOException, InterruptedException {
        place = Workplace.create();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                  dev: { passcode: {}, account-id: %s }
                refresh: { min-interval: 1s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        daemon = place.serve();
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    /** In the background; killed at its end where it did not end before. */
    private final class Watching implements AutoCloseable {
        private final Path out = Files.createTempFile(place.directory(), "watch-", ".out");
        private final Path err = Files.createTempFile(place.directory(), "watch-", ".err");
        private final Process process;

        Watching(Object... words) throws IOException {
            process = place.cli(words).start(Redirect.from(Path.of("/dev/null").toFile()), out, err);
        }

        List<String> lines() {
            return read(out).lines().toList();
        }

        String errors() {
            return read(err);
        }

        private static String read(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void await(BooleanSupplier condition) throws InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!condition.getAsBoolean()) {
                boolean isInVain = System.nanoTime() > end || process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                assertThat(isInVain && !condition.getAsBoolean())
                        .as("%s\n%s", lines(), errors())
                        .isFalse();
            }
        }

        int endedBy(String signal) throws Exception {
            assertThat(Program.of("kill", "-s", signal, process.pid()).run().exitCode())
                    .isZero();
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
            return process.exitValue();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }

    @Test
    void watch_overARestart_eachTokenOnceAndOneWord() throws Exception {
        try (var watching = new Watching("token", "prod", "--watch", "--header")) {
            watching.await(() -> watching.lines().size() == 1);
            renewUntil(watching, () -> watching.lines().size() == 2);
            daemon.terminate();
            assertThat(daemon.awaitExit()).isZero();
            watching.await(() -> !watching.errors().isEmpty());
            daemon = place.serve();
            renewUntil(watching, () -> watching.lines().size() == 3);

            assertThat(watching.endedBy("TERM")).isZero();
            assertThat(watching.lines())
                    .doesNotHaveDuplicates()
                    .allMatch(line -> line.startsWith("Authorization: Bearer ey"));
            assertThat(watching.errors().lines())
                    .singleElement()
                    .asString()
                    .startsWith("iam-broker: waiting: ")
                    .contains("the daemon");
        }
    }

    /** The first run takes longer than a token lasts: the one between is never handed over. */
    @Test
    void onChange_oneAtATime_newestWins_onStandardInputAlone() throws Exception {
        Path directory = Files.createDirectories(place.directory().resolve("hand-over"));
        Path script = Files.writeString(place.directory().resolve("hand-over.sh"), """
                mkdir "$1/running" || exit 1
                n=$(ls "$1" | wc -l)
                cat >"$1/$n"
                grep -cF "$(cat "$1/$n")" /proc/$$/cmdline /proc/$$/environ >"$1/seen-$n"
                echo "$IAM_BROKER_ACCOUNT"
                [ "$n" -gt 1 ] || until [ -e "$1/go" ]; do sleep 0.05; done
                rmdir "$1/running"
                exit 3
                """);
        try (var reference = new Watching("token", "prod", "--watch");
                var watching =
                        new Watching("token", "prod", "--watch", "--on-change", "bash", "--", script, directory)) {
            watching.await(() -> Files.exists(directory.resolve("seen-1")));
            reference.await(() -> reference.lines().size() == 1);
            renewUntil(reference, () -> reference.lines().size() == 3);
            Files.createFile(directory.resolve("go"));
            watching.await(() -> watching.errors().lines().count() >= 2);

            assertThat(watching.endedBy("INT")).isZero();
            assertThat(watching.lines()).allMatch("prod"::equals);
            assertThat(watching.errors().lines())
                    .allMatch(line -> line.equals("iam-broker: the command of --on-change ended with status 3"));
            List<String> tokens = reference.lines();
            assertThat(tokens.indexOf(handedOver(directory, "1"))).isZero();
            assertThat(tokens.indexOf(handedOver(directory, "4")))
                    .as("the newest")
                    .isEqualTo(2);
            assertThat(Files.readString(directory.resolve("seen-1"))).doesNotContain(":1");
        }
    }

    private static String handedOver(Path directory, String name) throws IOException {
        return Files.readString(directory.resolve(name)).strip();
    }

    /** Within a second of the last renewal nothing is renewed. */
    private void renewUntil(Watching watching, BooleanSupplier condition) throws InterruptedException {
        watching.await(() -> {
            try {
                assertThat(place.http().post("/v1/accounts/prod/refresh", "").status())
                        .isEqualTo(200);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return condition.getAsBoolean();
        });
    }

    @Test
    void accountThatNeedsALogin_isSaidOnceAndWaitedFor() throws Exception {
        try (var watching = new Watching("token", "dev", "--watch")) {
            watching.await(() -> !watching.errors().isEmpty());
            assertThat(watching.lines()).isEmpty();
            Ran login = place.cli("login", "dev", "--passcode", "-")
                    .stdin(cloud.emulator().addPasscode(cloud.user()))
                    .run();
            assertThat(login.exitCode()).as(login.all()).isZero();
            watching.await(() -> !watching.lines().isEmpty());
            assertThat(watching.errors().lines())
                    .singleElement()
                    .asString()
                    .contains("waiting", "iam-broker login dev");
            assertThat(watching.endedBy("INT")).isZero();
        }
    }

    @Test
    void unknownAccount_endsItWithTheExitCodeOfToken() throws Exception {
        assertThat(place.run("token", "nosuch", "--watch").exitCode()).isEqualTo(7);
    }

    /** Long before there is another token to find it out by. */
    @Test
    void nobodyReadsAnyMore_ends() throws Exception {
        String words = String.join(" ", place.cli("token", "prod", "--watch").words());

        Ran ran = Program.shell(words + " | head -1; echo ${PIPESTATUS[0]}")
                .within(Duration.ofSeconds(30))
                .run();

        assertThat(ran.out().lines()).as(ran.all()).hasSize(2).last().isEqualTo("0");
        assertThat(ran.err()).isEmpty();
    }
}
