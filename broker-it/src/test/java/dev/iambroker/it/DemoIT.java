package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The first five minutes of a new user: what the demo prints is run as it stands. */
final class DemoIT {
    private static final String LAST_COMMAND = "script-secret";
    private static final Pattern DIRECTORY = Pattern.compile("removes (/\\S+)\\.\\s");

    @TempDir
    Path home;

    private @Nullable Process demo;

    @AfterEach
    void end() {
        if (demo != null) {
            demo.destroyForcibly();
        }
    }

    @Test
    void demoOfTheCheckout_anyoneWhoCloned_mayStart() {
        assertThat(Checkout.root().resolve("dev/demo")).isExecutable();
        assertThat(Checkout.root().resolve("bin/iam-broker")).isExecutable();
    }

    @Test
    void printedCommands_inASecondShell_workAsTheyStand() throws Exception {
        start("TERM");
        List<String> commands = commands();
        assertThat(commands).hasSizeGreaterThanOrEqualTo(7);

        List<Ran> ran = new ArrayList<>();
        for (String command : commands) {
            ran.add(inASecondShell(commands, command));
        }

        Map<String, String> expected = Map.of(
                "iam-broker status", "prod     valid",
                "curl -s --unix-socket", "\"access_token\":\"ey",
                "kubectl auth whoami", "IAM#ops@emulated.example",
                "login dev --passcode -", "account \"dev\" is logged in",
                "token dev --header", "Authorization: Bearer ey",
                "curl -s -H", "\"access_token\":\"ey");
        expected.forEach((command, answer) ->
                assertThat(outputOf(command, commands, ran)).as(command).contains(answer));
        assertThat(ran)
                .allSatisfy(each -> assertThat(each.exitCode()).as(each.all()).isZero());
    }

    @ParameterizedTest
    @ValueSource(strings = {"INT", "TERM"})
    void signal_runningDemo_endsItAndItsDirectory(String signal) throws Exception {
        Process running = start(signal);
        Path directory = directory();
        assertThat(directory).isDirectory();

        Ran kill = Program.of("kill", "-" + signal, running.pid()).run();

        assertThat(kill.exitCode()).isZero();
        assertThat(running.waitFor(20, TimeUnit.SECONDS))
                .as("ended after SIG" + signal)
                .isTrue();
        assertThat(directory).doesNotExist();
        assertThat(home.resolve("err")).hasContent("");
    }

    /** With the signal's own meaning, which a build that runs in the background of a script has lost for SIGINT. */
    private Process start(String signal) throws IOException, InterruptedException {
        Process started = Program.of(
                        "env", "--default-signal=" + signal, Checkout.root().resolve("bin/iam-broker"), "demo")
                .env("HOME", home)
                .in(home)
                .start(Redirect.from(Path.of("/dev/null").toFile()), home.resolve("out"), home.resolve("err"));
        demo = started;
        while (!printed().contains(LAST_COMMAND)) {
            if (started.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the demo ended: " + Files.readString(home.resolve("err")));
            }
        }
        return started;
    }

    private String printed() throws IOException {
        return Files.readString(home.resolve("out"));
    }

    private Path directory() throws IOException {
        Matcher matcher = DIRECTORY.matcher(printed());
        assertThat(matcher.find()).isTrue();
        return Path.of(matcher.group(1));
    }

    /** Commands are what is printed with an indent. */
    private List<String> commands() throws IOException {
        return printed()
                .lines()
                .filter(line -> line.startsWith("  "))
                .map(String::strip)
                .toList();
    }

    /** Each in a shell of its own that has seen the exports and aliases, so that none leans on the one before. */
    private Ran inASecondShell(List<String> commands, String command) throws IOException, InterruptedException {
        String settings = String.join(
                "\n",
                commands.stream()
                        .filter(line -> line.startsWith("export ") || line.startsWith("alias "))
                        .toList());
        // A shell at a terminal expands aliases without being told.
        return Program.shell("shopt -s expand_aliases\n" + settings + "\n" + command)
                .env("HOME", home)
                .in(home)
                .run();
    }

    private static String outputOf(String part, List<String> commands, List<Ran> ran) {
        for (int i = 0; i < commands.size(); i++) {
            if (commands.get(i).contains(part)) {
                return ran.get(i).out();
            }
        }
        throw new AssertionError("no printed command has " + part + ": " + commands);
    }
}
