package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Terminal;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a person sees of the commands on a real terminal of 80 columns. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class TerminalIT {
    private static final String LONG_ALIAS = "the-account-of-the-team-that-looks-after-everything-else";

    private final EmulatedCloud cloud = SampleCloud.start();
    private Workplace place;
    private Daemon daemon;
    private Terminal terminal;

    @BeforeAll
    void start() throws IOException, InterruptedException {
        Needs.program("tmux", "tmux");
        cloud.emulator().misbehave(Fault.of(Misbehaviour.ERROR_503).apiKey(EmulatedCloud.DEV_API_KEY));
        place = Workplace.create();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.secret("down-key", EmulatedCloud.DEV_API_KEY);
        place.configure(
                cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %1$s }
                  dev: { passcode: {}, account-id: %2$s }
                  %3$s: { api-key: { file: down-key }, account-id: %2$s }
                audit: { file: audit.jsonl }
                """.formatted(EmulatedCloud.PROD_ACCOUNT, EmulatedCloud.DEV_ACCOUNT, LONG_ALIAS));
        daemon = place.serve();
        place.run("wait", "--for", "account", "prod");
        terminal = Terminal.open(place);
    }

    @AfterAll
    void stop() throws IOException {
        if (terminal != null) {
            terminal.close();
        }
        if (daemon != null) {
            daemon.close();
            place.close();
        }
        cloud.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status",
                "status prod",
                "status " + LONG_ALIAS,
                "clusters prod",
                "accounts prod",
                "explain prod access",
                "doctor prod prod-vpc",
                "audit who-has 0123abcd",
                "--help"
            })
    void command_inEightyColumns_noLineIsBroken(String command) throws Exception {
        String shown = terminal.run("iam-broker " + command);

        assertThat(terminal.unbroken()).as(shown).isEqualTo(terminal.screen());
        assertThat(shown.lines().count()).as(shown).isGreaterThan(1);
    }

    @Test
    void status_onATerminal_colouredAndCut_inAPipeNeither() throws Exception {
        terminal.run("iam-broker status");
        assertThat(terminal.painted())
                .contains("\u001b[38;5;34m")
                .contains("\u001b[38;5;160m")
                .contains("…");

        terminal.run("NO_COLOR=1 iam-broker status");
        assertThat(terminal.painted()).doesNotContain("38;5;").contains("…");

        terminal.run("TERM=dumb iam-broker status");
        assertThat(terminal.painted()).doesNotContain("38;5;");

        assertThat(place.run("status").out()).doesNotContain("\u001b", "…").contains(LONG_ALIAS);
    }

    @Test
    void statusWatch_drawnInPlace_survivesARestart_andGivesTheScreenBack() throws Exception {
        terminal.run("echo before");
        terminal.type("iam-broker status --watch");
        String first = terminal.await(screen -> screen.contains("Ctrl-C") && screen.contains("RUNWAY"));
        assertThat(first).doesNotContain("before");
        assertThat(terminal.modes()).isEqualTo("1 0");
        terminal.await(screen -> screen.contains("Ctrl-C") && !screen.equals(first));

        terminal.resize(50, 6);
        terminal.await(screen -> screen.contains("more lines") && !screen.contains("REFRESH"));
        terminal.resize(80, 100);
        terminal.await(screen -> screen.contains("REFRESH"));

        daemon.close();
        terminal.await(screen -> screen.contains("no answer, this is of") && screen.contains("prod"));
        daemon = place.serve();
        terminal.await(screen -> screen.contains("Ctrl-C"));

        terminal.key("C-c");
        String after = terminal.await(screen -> screen.contains("before"));
        assertThat(after).doesNotContain("Ctrl-C");
        assertThat(terminal.modes()).isEqualTo("0 1");
        assertThat(terminal.run("echo alive")).contains("alive");
    }

    @Test
    void login_passcodeTyped_notShown_andSaysWhoUntilWhen() throws Exception {
        String passcode = cloud.emulator().addPasscode(cloud.user());
        terminal.type("clear; iam-broker login dev --passcode");
        String asked = terminal.await(screen -> screen.contains("One-time passcode for account"));
        assertThat(asked)
                .contains("A one-time passcode is shown at " + cloud.emulator().iamUrl() + "/identity/passcode");

        terminal.type(passcode);

        String done = terminal.await(screen -> screen.contains("is logged in as"));
        assertThat(done).doesNotContain(passcode).containsPattern("is logged in as \\S+@\\S+ to ");
        terminal.run("iam-broker logout dev");
    }

    @Test
    void somethingSlow_saysSoInOneLineThatGoesAway() throws Exception {
        terminal.type("clear; iam-broker wait --for account " + LONG_ALIAS + " --timeout 4s; echo done");
        terminal.await(screen -> screen.contains("waiting for " + LONG_ALIAS + ", 1 s"));
        String after = terminal.await(screen -> screen.contains("\ndone"));

        assertThat(after).doesNotContain("waiting for");
        assertThat(terminal.unbroken()).contains("is not ready after 4 s");
    }

    @Test
    void init_keyTypedAndNotShown_configurationThatServes() throws Exception {
        Path home = Files.createDirectory(place.directory().resolve("init-home"));
        Path file = home.resolve("conf/broker.yaml");
        terminal.type("clear; iam-broker --config " + file + " init");
        terminal.await(screen -> screen.endsWith("1, 2 or 3 [1]:"));
        terminal.type("1");
        terminal.await(screen -> screen.contains("What do you call the account here? [prod]:"));
        terminal.type("");
        terminal.await(screen -> screen.contains("nothing for kubectl:"));
        terminal.type(EmulatedCloud.PROD_ACCOUNT);
        terminal.await(screen -> screen.contains("The API key, not shown:"));
        terminal.type(EmulatedCloud.PROD_API_KEY);
        String done = terminal.await(screen -> screen.contains("iam-broker kubeconfig prod --all --merge"));

        assertThat(done).doesNotContain(EmulatedCloud.PROD_API_KEY);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        Ran check = place.program("check-config", "--config", file).run();
        assertThat(check.exitCode()).as(check.all()).isZero();
        assertThat(check.err()).isEmpty();
        // The file leads to the real cloud; with this one's endpoints it serves.
        Files.writeString(
                file,
                Files.readString(file).replace("cloud: ibm-cloud\n", Workplace.endpoints(cloud.emulator()))
                        + "state: { dir: %1$s/state }\nlisten: { unix: { path: %1$s/run/broker.sock } }\n"
                                .formatted(home));
        try (Workplace other = Workplace.create();
                Daemon fresh = other.serve(other.program("serve", "--config", file, "--socket", other.socket()))) {
            assertThat(fresh.isAlive()).isTrue();
            assertThat(other.run("token", "prod").out()).startsWith("ey");
        }
    }

    @Test
    void init_interrupted_leavesNothing() throws Exception {
        Path file = place.directory().resolve("never/broker.yaml");
        terminal.type("clear; iam-broker --config " + file + " init; echo ended");
        terminal.await(screen -> screen.endsWith("1, 2 or 3 [1]:"));
        terminal.key("C-c");
        terminal.await(screen -> screen.contains("\n$"));

        assertThat(file.getParent()).doesNotExist();
    }

    /** A script's answers; and where root's configuration is looked for. */
    @ParameterizedTest
    @ValueSource(strings = {"2\\ndev\\n\\n", "3\\nvm\\n\\nci\\n/etc/hostname\\n"})
    void init_answersOnStdin_configurationThatIsValid(String answers) throws Exception {
        Path file = Files.createTempDirectory(place.directory(), "piped-").resolve("etc/broker.yaml");
        Ran ran = Program.shell(
                        "printf '" + answers + "' | %s init && %1$s check-config".formatted(Checkout.launcher()))
                .env("IAM_BROKER_CONFIG", file)
                .env("HOME", place.directory())
                .run();

        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(ran.out()).contains("written: " + file);
    }

    @Test
    void init_noAnswers_endsAtOnce() throws Exception {
        Ran ran = place.program("init", "--config", place.directory().resolve("no.yaml"))
                .run();

        assertThat(ran.exitCode()).isEqualTo(2);
        assertThat(ran.errorLines()).singleElement().asString().contains("nothing was written");
    }

    /** In the shells themselves, asking the daemon. */
    @Test
    void completion_zshAndFish_accountsAndClustersOfTheDaemon() throws Exception {
        Needs.program("zsh", "zsh");
        Needs.program("fish", "fish");
        List<String> lines = List.of("token pr", "kubeconfig prod prod-v", "token prod --cluster prod-v");
        Path fish = Files.writeString(
                place.directory().resolve("c.fish"),
                place.run("completion", "fish").out());
        for (String line : lines) {
            Ran ran = Program.of(
                            "fish", "--no-config", "-c", "source " + fish + "; complete -C 'iam-broker " + line + "'")
                    .env("HOME", place.directory())
                    .env("IAM_BROKER_SOCKET", place.socket())
                    .env("PATH", Checkout.launcher().resolveSibling(".") + ":" + System.getenv("PATH"))
                    .run();
            assertThat(ran.out().strip().split("\t")[0])
                    .as(ran.all())
                    .isEqualTo(line.endsWith("v") ? "prod-vpc" : "prod");
        }
        Files.writeString(
                place.directory().resolve("_iam-broker"),
                place.run("completion", "zsh").out());
        try (Terminal shell = Terminal.open(place)) {
            shell.type("PS1='%% ' zsh -f");
            shell.await(screen -> screen.endsWith("%"));
            shell.type("fpath=(" + place.directory() + " $fpath); autoload -U compinit; compinit -u -D; clear");
            shell.await(screen -> screen.equals("%"));
            for (String line : List.of("token pr", "token prod --cluster prod-v")) {
                shell.key("C-l");
                shell.key("C-u");
                shell.tap("iam-broker " + line);
                complete(shell, "% iam-broker " + line + (line.endsWith("v") ? "pc" : "od"));
            }
        }
    }

    /** Who gets no answer in the two seconds that a completion may take asks again: so do people. */
    private static void complete(Terminal shell, String line) throws IOException, InterruptedException {
        for (int i = 0; i < 4; i++) {
            shell.key("Tab");
            if (shell.within(Duration.ofSeconds(8), screen -> screen.endsWith(line))
                    .endsWith(line)) {
                return;
            }
        }
        throw new AssertionError("not completed to " + line + ": " + shell.screen());
    }
}
