package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LockCommandTest {
    private static final String CANARY = "correct-Canary";

    @TempDir
    Path directory;

    private FakeDaemon daemon;
    private Cli cli;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        daemon.answer("POST /v1/lock", 200, "{\"locked\":true}");
        daemon.answer("POST /v1/unlock", 200, "{\"locked\":false}");
        cli = Cli.on(daemon);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    private String sent() {
        return daemon.asked().getLast().body();
    }

    @Test
    void lock_terminal_asksTwice() {
        cli.typed = CANARY;

        assertThat(cli.run("lock"))
                .isEqualTo(new Cli.Result(0, "locked: nothing is served before 'iam-broker unlock'\n", ""));
        assertThat(cli.prompts).hasSize(2);
        assertThat(sent()).isEqualTo("{\"passphrase\":\"" + CANARY + "\"}");
    }

    @Test
    void lock_typedDifferently_isRefusedAndNothingSent() {
        cli.typedNext.addAll(List.of(CANARY, "correct-Kanary"));

        var result = cli.run("lock");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).isEqualTo("iam-broker: the two passphrases differ: nothing was locked, try again\n");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void unlock_terminal_asksOnce() {
        cli.typed = CANARY;

        assertThat(cli.run("unlock")).isEqualTo(new Cli.Result(0, "unlocked: every account is served again\n", ""));
        assertThat(cli.prompts).hasSize(1);
        assertThat(sent()).isEqualTo("{\"passphrase\":\"" + CANARY + "\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "unlock"})
    void passphraseOnStdin_isReadOnce(String command) {
        cli.stdin = CANARY + "\n";

        assertThat(cli.run(command, "-").code()).isZero();
        assertThat(cli.prompts).isEmpty();
        assertThat(sent()).isEqualTo("{\"passphrase\":\"" + CANARY + "\"}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "unlock"})
    void passphraseAsAnArgument_isRefusedAndNotShown(String command) {
        var result = cli.run(command, CANARY);

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains("arguments can be read by others").doesNotContain(CANARY);
        assertThat(daemon.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"lock", "unlock"})
    void noTerminal_saysHowToPassIt(String command) {
        assertThat(cli.run(command).err())
                .isEqualTo("iam-broker: there is no terminal to ask on: pass the secret on stdin with '" + command
                        + " -'\n");
    }

    @Test
    void unlock_wrongPassphrase_saysSoAndWhenToTryAgain() {
        daemon.forget("POST /v1/unlock");
        daemon.answer(
                "POST /v1/unlock",
                403,
                "{\"detail\":\"this is not the passphrase\",\"retry_after\":2,\"hint\":\"try again in 2 s\"}");
        cli.typed = CANARY;

        assertThat(cli.run("unlock"))
                .isEqualTo(new Cli.Result(5, "", "iam-broker: this is not the passphrase: try again in 2 s\n"));
    }

    @Test
    void status_locked_saysHowToUnlock() {
        daemon.answer(
                "GET /v1/accounts",
                200,
                "{\"accounts\":[{\"name\":\"prod\",\"state\":\"locked\",\"login\":\"api-key\",\"tokens\":{}}]}");

        assertThat(cli.run("status").out()).contains("prod", "locked", "run 'iam-broker unlock'");
    }

    @Test
    void command_locked_exitsAsForALogin() {
        daemon.answer(
                "POST /v1/accounts/prod/refresh",
                423,
                "{\"detail\":\"the broker is locked: run 'iam-broker unlock'\",\"hint\":\"iam-broker unlock\"}");

        assertThat(cli.run("refresh", "prod"))
                .isEqualTo(new Cli.Result(4, "", "iam-broker: the broker is locked: run 'iam-broker unlock'\n"));
    }
}
