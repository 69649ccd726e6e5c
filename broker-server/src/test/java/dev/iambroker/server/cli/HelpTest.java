package dev.iambroker.server.cli;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

final class HelpTest {
    static CommandLine commandLine() {
        var cli = new Cli();
        return BrokerCommandLine.of(cli.surroundings(), cli);
    }

    static Stream<String> commands() {
        return commandLine().getSubcommands().keySet().stream();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void help_everyCommand_hasAnExampleThatStartsWithTheProgram(String command) {
        var result = new Cli().run(command, "--help");

        assertThat(result.code()).isZero();
        assertThat(result.err()).isEmpty();
        assertThat(result.out()).contains("\nExample:\n").contains("iam-broker " + command);
        assertThat(result.out().lines()).allMatch(line -> line.length() <= 80);
    }

    /** A command that is named is alone in the model; its name there has to be the one that it was found by. */
    @ParameterizedTest
    @MethodSource("commands")
    void usage_ofACommandThatIsNamed_isThatOfTheWhole(String command) {
        var whole = requireNonNull(commandLine().getSubcommands().get(command)).getUsageMessage();

        assertThat(new Cli().run(command, "--help").out()).isEqualTo(whole);
    }

    @Test
    void help_program_listsEveryCommandButHiddenOnes() {
        var out = new Cli().run("--help").out();

        assertThat(commands().filter(name -> !name.startsWith("__")))
                .allMatch(name -> out.contains("\n  " + name + " "));
        assertThat(out).doesNotContain("__complete").contains("Example:");
    }

    /** The launcher looks for the command among the words that it is given itself. */
    @Test
    void wordsFromAFile_areNotTaken(@TempDir Path temp) throws IOException {
        Path words = Files.writeString(temp.resolve("words"), "--version");
        assertThat(new Cli().run("@" + words).code()).isEqualTo(ExitCode.USAGE.number());
    }

    @Test
    void version_oneLine() {
        assertThat(new Cli().run("--version").out()).startsWith("iam-broker ").hasLineCount(1);
    }

    @Test
    void noCommand_usageInOneLine() {
        assertThat(new Cli().run())
                .isEqualTo(new Cli.Result(2, "", "iam-broker: a command is missing: see 'iam-broker --help'\n"));
    }

    @Test
    void unknownCommand_namesTheNearestInOneLine() {
        assertThat(new Cli().run("stats"))
                .isEqualTo(new Cli.Result(
                        2,
                        "",
                        "iam-broker: there is no such command, the nearest is 'status': see 'iam-broker --help'\n"));
    }

    @Test
    void unknownOption_namedWithoutItsValue() {
        assertThat(new Cli().run("status", "--colour=always").err())
                .isEqualTo("iam-broker: there is no option --colour: see 'iam-broker status --help'\n");
    }

    @Test
    void daemonCommands_optionsBeforeAndAfterTheCommand_reachTheDaemon() {
        var cli = new Cli();

        cli.run("--config", "/a", "--socket", "/s", "serve");
        cli.run("--config", "/a", "serve", "--config", "/b", "--socket", "/t");
        cli.run("demo");
        cli.run("check-config", "--config", "/c", "--output", "json");

        assertThat(cli.daemonCalls)
                .containsExactly(
                        new ServeOptions(Path.of("/a"), Path.of("/s")),
                        new ServeOptions(Path.of("/b"), Path.of("/t")),
                        new DemoOptions(null),
                        new CheckOptions(Path.of("/c"), OutputFormat.JSON));
    }

    @Test
    void defect_anyCommand_oneLineWithoutItsMessage() {
        var failing = new DaemonCommands() {
            @Override
            public int serve(ServeOptions options) {
                throw new IllegalStateException("secret-canary");
            }

            @Override
            public int demo(DemoOptions options) {
                return 0;
            }

            @Override
            public Relay relay(RelayOptions options) {
                throw new UnsupportedOperationException();
            }

            @Override
            public int checkConfig(CheckOptions options) {
                return 0;
            }

            @Override
            public String explain(ExplainOptions options) {
                return "";
            }

            @Override
            public Path configPlace(@Nullable Path config) {
                return Path.of("/");
            }

            @Override
            public @Nullable ConfigReport inspectConfig(@Nullable Path config) {
                return null;
            }

            @Override
            public int verifyStore(@Nullable Path config, OutputFormat output) {
                return 0;
            }

            @Override
            public int rotateStore(@Nullable Path config, OutputFormat output) {
                return 0;
            }

            @Override
            public byte[] verifyAudit(@Nullable Path config, List<Path> files, long from) {
                return new byte[0];
            }
        };
        var cli = new Cli();

        var result = cli.runWith(failing, "serve");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err())
                .startsWith("iam-broker: internal error, IllegalStateException at HelpTest.java:")
                .hasLineCount(1);
        assertThat(result.err()).doesNotContain("secret-canary");
    }
}
