package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.OtherUser;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Programs run by {@code exec}, at a daemon whose configuration has neither a loopback listener nor a client secret. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExecIT {
    private static final Duration LIFE = Duration.ofSeconds(12);
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final long LOOK_MILLIS = 20;

    /** Asks as an SDK does; what is asked for, and the secret, are its arguments. */
    private static final String ASK = "ask() { curl -s -o /dev/null -w '%{http_code}\\n' \"$X_AUTH_URL/identity/token\""
            + " -d grant_type=urn:ibm:params:oauth:grant-type:cr-token -d profile_name=$1 --data-urlencode"
            + " cr_token=\"$2\"; }; secret=$(cat \"$X_CR_TOKEN_FILENAME\"); ";

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Path temporary;
    private Daemon daemon;

    ExecIT() throws IOException, InterruptedException {
        cloud.emulator().settings().accessTokenLife(LIFE);
        place = Workplace.create();
        temporary = Files.createDirectory(place.directory().resolve("tmp"));
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                  dev: { passcode: {}, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT));
        daemon = place.serve();
    }

    /** Everybody can go where the listener's place is; only the directory made there is private. */
    @BeforeAll
    void open() throws IOException {
        for (Path each : List.of(place.directory(), temporary)) {
            Files.setPosixFilePermissions(each, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    private Program exec(String... words) {
        return place.cli("exec", "prod")
                .with((Object[]) words)
                .env("TMPDIR", temporary)
                .env("X_URL", cloud.emulator().accountsUrl());
    }

    private Program shell(String script) {
        return exec("--service", "x", "--", "bash", "-c", script);
    }

    private Ran ran(Program program) throws Exception {
        Ran ran = program.run();
        assertNothingIsLeft();
        return ran;
    }

    private void assertNothingIsLeft() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            assertThat(files).isEmpty();
        }
    }

    /** A command in the background, with what it prints. */
    private final class Running {
        private final Path out = Files.createTempFile(place.directory(), "exec-", ".out");
        private final Process process;

        Running(Program program) throws IOException {
            process = program.start(Redirect.from(Path.of("/dev/null").toFile()), out, out);
        }

        String out() {
            try {
                return Files.readString(out);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        void await(BooleanSupplier condition) throws InterruptedException {
            long end = System.nanoTime() + PATIENCE.toNanos();
            while (!condition.getAsBoolean()) {
                assertThat(System.nanoTime() < end).as(out()).isTrue();
                assertThat(process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS) && !condition.getAsBoolean())
                        .as(out())
                        .isFalse();
            }
        }

        void signal(String name) throws Exception {
            assertThat(Program.of("kill", "-s", name, process.pid()).run().exitCode())
                    .isZero();
        }

        int exitCode() throws InterruptedException {
            assertThat(process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS))
                    .as(out())
                    .isTrue();
            return process.exitValue();
        }
    }

    /** IBM's SDK for Java calls its service on and on, over two ends of a token and a restart of the daemon. */
    @Test
    void sdk_overATokensEndsAndARestart_isServed() throws Exception {
        var sdk = new Running(exec("--service", "x", "--")
                .with(
                        Path.of(System.getProperty("java.home"), "bin", "java"),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        EndlessService.class.getName(),
                        "x"));
        sdk.await(() -> tokens(sdk) >= 1);
        daemon.terminate();
        assertThat(daemon.awaitExit()).isZero();
        daemon = place.serve();
        int before = tokens(sdk);
        sdk.await(() -> tokens(sdk) >= before + 2);

        sdk.signal("TERM");

        assertThat(sdk.exitCode()).as(sdk.out()).isEqualTo(128 + 15);
        assertThat(sdk.out().lines()).allMatch(line -> line.startsWith("true "));
        assertNothingIsLeft();
    }

    /** How many there were until now. */
    private static int tokens(Running sdk) {
        return (int) sdk.out().lines().distinct().count();
    }

    /** Of terraform's provider, which sends the variable as the header, and of {@code ibmcloud}, by an SDK. */
    @Test
    void withoutFurtherOptions_terraformAndIbmcloudAreServed() throws Exception {
        Ran ran = ran(exec(
                        "--",
                        "bash",
                        "-c",
                        "env | cut -d= -f1 | grep -E '^(IC|IBMCLOUD|BM)_' | sort; "
                                + "curl -sf -o /dev/null -H \"Authorization: $IC_IAM_TOKEN\" -H 'Accept: application/json'"
                                + " -H 'Content-Type: application/json' \"$X_URL/coe/v2/accounts\" && echo taken; "
                                + "curl -sf -X PUT -H 'Metadata-Flavor: ibm' \"$IBMCLOUD_CR_VPC_URL/instance_identity/v1/token\""
                                + " | cut -c1-16")
                .env("IC_API_KEY", "old")
                .env("IBMCLOUD_API_KEY", "old")
                .env("BM_API_KEY", "old")
                .env("IBMCLOUD_CR_TOKEN", "old"));

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out().lines())
                .containsExactly(
                        "IBMCLOUD_CR_PROFILE",
                        "IBMCLOUD_CR_VPC_URL",
                        "IBMCLOUD_IAM_TOKEN",
                        "IC_IAM_TOKEN",
                        "taken",
                        "{\"access_token\":");
    }

    @Test
    void sharesNothingBut_oneAccountToWhoeverHasTheSecret() throws Exception {
        Ran ran = ran(shell(
                ASK + "ask prod \"$secret\"; ask dev \"$secret\"; ask nosuch \"$secret\"; ask prod wrong; ask prod ''; "
                        + "for path in /v1/accounts /v1/accounts/prod/token /v1/lock /metrics /livez /k/$secret/v1/accounts; do"
                        + " curl -s -o /dev/null -w '%{http_code}\\n' -H \"Authorization: Bearer $secret\" \"$X_AUTH_URL$path\"; done; "
                        + "curl -s -o /dev/null -w '%{http_code}\\n' \"$X_AUTH_URL/v1/accounts\"; "
                        + "for header in 'Host: evil.example' 'Origin: http://127.0.0.1' 'Sec-Fetch-Site: none'; do"
                        + " curl -s -o /dev/null -w '%{http_code}\\n' -H \"$header\" -H \"Authorization: Bearer $secret\""
                        + " \"$X_AUTH_URL/identity/token\" -d x=y; done"));

        assertThat(ran.out().lines())
                .as(ran.all())
                .containsExactly(
                        "200", "403", "403", "401", "401", // accounts and secrets
                        "404", "404", "404", "404", "404", "404", // the daemon's own routes
                        "401", // nobody
                        "421", "403", "403"); // other web sites
    }

    @Test
    void secret_isInAFileOfItsOwnersAlone_andInNoCommandLine() throws Exception {
        Ran ran = ran(shell(ASK
                + "stat -c '%a %F' \"$X_CR_TOKEN_FILENAME\" \"$(dirname \"$X_CR_TOKEN_FILENAME\")\"; echo ${#secret}; "
                + "for each in /proc/[0-9]*/cmdline; do words=$(tr '\\0' ' ' 2>/dev/null <$each);"
                + " [[ $words != *\"$secret\"* ]] || echo shown; done; echo looked"));

        // 256 bits as base64.
        assertThat(ran.out().lines())
                .as(ran.all())
                .containsExactly("600 regular file", "700 directory", "43", "looked");
    }

    @Test
    void anotherUser_withoutTheSecret_getsNothing() throws Exception {
        assumeTrue(Program.of("id", "-u").run().out().strip().equals("0"), "only root can be another user");
        String asNobody = String.join(
                " ",
                OtherUser.nobody("bash", "-c", "'" + ASK.replace("'", "'\\''") + " ask prod \"$secret\"'")
                        .words());

        Ran ran = ran(shell(asNobody));

        assertThat(ran.err()).contains("Permission denied");
        assertThat(ran.out()).as(ran.all()).isEqualTo("401\n");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0 exec prod -- true",
                "42 exec prod -- sh -c 'exit 42'",
                "137 exec prod -- sh -c 'kill -9 $$'",
                "127 exec prod -- nosuch-program",
                "126 exec prod -- /etc/passwd",
                "7 exec nosuch -- touch started",
                "4 exec dev -- touch started",
                "3 --socket /nosuch exec prod -- touch started",
                "2 exec prod --for sdk -- touch started"
            })
    void exitCode_isTheCommands_orASaysWhyNothingWasStarted(String line) throws Exception {
        int code = Integer.parseInt(line.substring(0, line.indexOf(' ')));
        Program words = inPlace("exec " + place.cli().words().getFirst() + " " + line.substring(line.indexOf(' ') + 1));

        Ran ran = ran(words);

        assertThat(ran.exitCode()).as(ran.all()).isEqualTo(code);
        assertThat(ran.out()).isEmpty();
        boolean isOfTheCommand = code == 0 || code == 42 || code == 137;
        assertThat(ran.errorLines()).hasSize(isOfTheCommand ? 0 : 1);
        assertThat(place.directory().resolve("started")).doesNotExist();
    }

    @Test
    void streams_areTheCommands() throws Exception {
        Ran ran = ran(shell("cat; echo to-err >&2").stdin("from-in"));

        assertThat(ran).isEqualTo(new Ran(0, "from-in", "to-err\n"));
    }

    /** What the launcher keeps from the broker's own JVM is the command's all the same. */
    @Test
    void optionsForOtherJvms_reachTheCommand() throws Exception {
        Ran ran = ran(
                shell("echo $JAVA_TOOL_OPTIONS; env | grep -c ^IAM_BROKER_KEPT").env("JAVA_TOOL_OPTIONS", "-Da=b"));

        assertThat(ran.out()).as(ran.all()).isEqualTo("-Da=b\n0\n");
    }

    /** As under cron and systemd; what is no UTF-8 stays as it is where that can be, and is refused where it cannot. */
    @Test
    void wordsAndVariables_withoutALocale_reachTheCommandByteForByte() throws Exception {
        String broker = place.cli().words().getFirst();
        String show = " exec prod -- bash -c 'printf %s \"$X$1${LC_ALL+set}\" | od -An -tx1' bash $'\\xc3\\xbc'";

        Ran ran = ran(inPlace("unset LC_ALL; export X=$'Z\\xfc'; exec " + broker + show));
        Ran refused = ran(inPlace("exec " + broker + " exec prod -- true $'\\xfc'"));

        assertThat(ran.out().strip()).as(ran.all()).isEqualTo("5a fc c3 bc");
        assertThat(refused.exitCode()).as(refused.all()).isEqualTo(2);
    }

    private Program inPlace(String script) {
        return Program.shell(script)
                .env("IAM_BROKER_SOCKET", place.socket())
                .env("TMPDIR", temporary)
                .in(place.directory());
    }

    @Test
    void signals_areTheCommands_whichDecidesWhenItEnds() throws Exception {
        var command = new Running(shell("for s in HUP INT TERM USR1 USR2; do trap \"echo got $s\" $s; done; "
                + "trap 'exit 9' WINCH; echo ready; while :; do read -rt 0.05 <> <(:); done"));
        command.await(() -> command.out().contains("ready"));

        for (String signal : List.of("HUP", "INT", "TERM", "USR1", "USR2")) {
            command.signal(signal);
            command.await(() -> command.out().contains("got " + signal));
        }
        assertThat(command.out().lines()).hasSize(6);
        command.process.children().forEach(child -> kill("WINCH", child.pid()));

        assertThat(command.exitCode()).as(command.out()).isEqualTo(9);
        assertNothingIsLeft();
    }

    private static void kill(String signal, long pid) {
        try {
            assertThat(Program.of("kill", "-s", signal, pid).run().exitCode()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    /** Ctrl-C: both are sent it, and the command is not told a second time. */
    @Test
    void typedAtATerminal_theCommandHearsOfItOnce() throws Exception {
        Path script = Files.writeString(
                place.directory().resolve("trap.sh"),
                "trap 'echo got INT; n=1' INT; echo ready; while [ -z \"$n\" ]; do sleep 0.05; done; sleep 0.3; exit 5\n");
        String words = String.join(" ", exec("--", "sh", script.toString()).words());
        Path typist = Files.writeString(place.directory().resolve("type.py"), """
                import os, pty, sys
                seen = b""
                def read(fd):
                    global seen
                    data = os.read(fd, 1024)
                    if b"ready" in data and b"ready" not in seen:
                        os.write(fd, b"\\x03")
                    seen += data
                    return data
                status = pty.spawn(["sh", "-c", "exec %s"], read)
                print("status", os.waitstatus_to_exitcode(status))
                """.formatted(words));

        Ran ran = ran(Program.of("python3", typist).env("TMPDIR", temporary));

        assertThat(ran.out().lines().filter(line -> line.contains("got INT")).count())
                .as(ran.all())
                .isEqualTo(1);
        assertThat(ran.out()).contains("status 5");
    }

    /** The file stays where nobody is left to remove it; what is in it opens nothing, at no listener. */
    @Test
    void killed_theSecretDiesWithIt() throws Exception {
        var first = new Running(shell("cat \"$X_CR_TOKEN_FILENAME\"; echo; echo $$; exec sleep 60"));
        first.await(() -> first.out().lines().count() == 2);
        String[] seen = first.out().split("\n", -1);
        first.signal("KILL");
        assertThat(first.exitCode()).isEqualTo(128 + 9);
        kill("KILL", Long.parseLong(seen[1]));

        Ran ran = shell(ASK + "ask prod '" + seen[0] + "'").run();

        assertThat(ran.out()).as(ran.all()).isEqualTo("401\n");
        try (Stream<Path> left = Files.list(temporary)) {
            for (Path directory : left.toList()) {
                assertThat(Files.readString(directory.resolve("secret"), StandardCharsets.US_ASCII))
                        .isEqualTo(seen[0]);
                Files.delete(directory.resolve("secret"));
                Files.delete(directory);
            }
        }
    }
}
