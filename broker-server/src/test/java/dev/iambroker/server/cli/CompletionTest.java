package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class CompletionTest {
    @TempDir
    Path directory;

    /** Stands for the program: names two accounts, and notes how it was called. */
    @BeforeEach
    void installProgram() throws IOException {
        var program = directory.resolve("iam-broker");
        Files.writeString(program, """
                #!/bin/sh
                echo "$*" >> %s
                case "$*" in *'__complete clusters '*) echo blue; echo green ;; *) echo prod; echo dev ;; esac
                """.formatted(directory.resolve("calls")));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
        Files.writeString(
                directory.resolve("completion.bash"),
                new Cli().run("completion", "bash").out());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'sta'                        | status",
                "'lo'                         | login logout lock",
                "'--so'                       | --socket",
                "'token '                     | prod dev",
                "'token p'                    | prod",
                "'token --kind '              | access kube uaa",
                "'token --kind=k'             | kube",
                "'token --kind kube d'        | dev",
                "'token prod --he'            | --header --help",
                "'env '                       | prod dev",
                "'env prod --for '            | sdk terraform ibmcloud curl",
                "'token prod '                | ''",
                "'token prod --cluster '      | blue green",
                "'token prod --cluster=g'     | green",
                "'kubeconfig prod '           | blue green",
                "'kubeconfig prod blue '      | blue green",
                "'kubeconfig --merge f prod g'| green",
                "'kubeconfig --merge=f prod g'| green",
                "'kubeconfig --merge f '      | prod dev",
                "'kubeconfig --merge --all '  | prod dev",
                "'kube-credential --account dev --cluster b' | blue",
                "'doctor prod gr'             | green",
                "'--socket /x status '        | prod dev",
                "'login dev --p'              | --passcode --password",
                "'status --output '           | table json",
                "'wait --for '                | ready account",
                "'wait --for account '        | prod dev",
                "'kube-credential --account ' | prod dev",
                "'kubeconfig prod --endpoint '| public private",
                "'audit '                     | verify tail who-has",
                "'audit w'                    | who-has",
                "'audit verify --of'          | --offline",
                "'store '                     | verify rotate",
                "'completion '                | bash zsh fish"
            })
    void bash_line_completedTo(String line, String words) throws Exception {
        assertThat(complete("iam-broker " + line)).isEqualTo(words);
    }

    @Test
    void bash_accounts_askedOfTheNamedSocket() throws Exception {
        complete("iam-broker --socket /some/where token ");

        assertThat(directory.resolve("calls")).hasContent("--socket /some/where __complete accounts");
    }

    @Test
    void bash_clusters_askedForTheAccountOfTheLine() throws Exception {
        complete("iam-broker --socket /s kubeconfig --merge f prod b");

        assertThat(directory.resolve("calls")).hasContent("--socket /s __complete clusters prod");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh", "fish"})
    void script_everyCommandAndOption_isThere(String shell) {
        var script = new Cli().run("completion", shell).out();

        for (var command :
                CompletionModel.of(HelpTest.commandLine().getCommandSpec()).commands()) {
            assertThat(script).contains(command.name());
            for (var option : command.options()) {
                assertThat(script)
                        .contains(shell.equals("fish") ? "-l " + option.name().substring(2) : option.name());
            }
        }
        assertThat(script).doesNotContainPattern("@[A-Z]+@");
    }

    @Test
    void complete_noDaemon_silent() {
        assertThat(Cli.on(directory.resolve("none")).run("__complete", "accounts"))
                .isEqualTo(new Cli.Result(0, "", ""));
    }

    @Test
    void complete_accounts_aNameALine() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[{\"name\":\"prod\"},{\"name\":\"dev\"}]}");

            assertThat(Cli.on(daemon).run("__complete", "accounts").out()).isEqualTo("prod\ndev\n");
        }
    }

    /** Splits the line as readline does, at blanks and at '='. */
    private String complete(String line) throws IOException, InterruptedException {
        var script = """
                source "$1/completion.bash"
                PATH=$1:$PATH
                line=${2//=/ = }
                read -ra COMP_WORDS <<<"$line"
                [[ $2 == *[\\ =] ]] && COMP_WORDS+=("")
                COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
                _iam_broker
                echo "${COMPREPLY[*]}"
                """;
        var process = new ProcessBuilder("bash", "--norc", "-uc", script, "bash", directory.toString(), line)
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).isZero();
        return output.strip();
    }
}
