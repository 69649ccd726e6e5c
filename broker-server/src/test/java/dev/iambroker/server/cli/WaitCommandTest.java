package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class WaitCommandTest {
    private static final String UNREADY = "{\"ready\":false,\"not_ready\":1}";
    private static final String READY = "{\"ready\":true,\"not_ready\":0}";

    @TempDir
    Path directory;

    private final List<Duration> pauses = new ArrayList<>();

    @Test
    void wait_unreadyThenReady_returnsDone() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.answer("GET /readyz", 503, UNREADY).answer("GET /readyz", 200, READY);

            assertThat(patient(Cli.on(daemon)).run("wait", "--for", "ready")).isEqualTo(new Cli.Result(0, "", ""));
            assertThat(pauses).hasSize(1);
        }
    }

    @Test
    void wait_account_asksForThatOne() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.answer("GET /readyz/prod", 200, READY);

            assertThat(Cli.on(daemon).run("wait", "--for", "account", "prod").code())
                    .isZero();
        }
    }

    @Test
    void wait_neverReady_givesUpAtTheTimeout() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.answer("GET /readyz", 503, UNREADY);

            var result = patient(Cli.on(daemon)).run("wait", "--for", "ready", "--timeout", "2s");

            assertThat(result)
                    .isEqualTo(new Cli.Result(
                            6, "", "iam-broker: the broker is not ready after 2 s: 'iam-broker status' says why\n"));
            assertThat(pauses.stream().reduce(Duration.ZERO, Duration::plus)).isEqualTo(Duration.ofSeconds(2));
        }
    }

    @Test
    void wait_timeoutZero_looksOnce() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.answer("GET /readyz", 503, UNREADY);

            assertThat(Cli.on(daemon)
                            .run("wait", "--for", "ready", "--timeout", "0")
                            .code())
                    .isEqualTo(6);
            assertThat(daemon.asked()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "login_required | 4 | needs a login: run 'iam-broker login dev'",
                "disabled       | 4 | is logged out: run 'iam-broker login dev'",
                "locked         | 4 | is locked: run 'iam-broker unlock'",
                "backoff        | 6 | is not ready: 'iam-broker status' says why",
            })
    void wait_accountThatWaitsForAPerson_saysSo(String state, int code, String what) throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.answer("GET /readyz/dev", 503, UNREADY)
                    .answer("GET /v1/accounts/dev", 200, "{\"name\":\"dev\",\"state\":\"" + state + "\"}");

            assertThat(Cli.on(daemon).run("wait", "--for", "account", "dev", "--timeout", "0"))
                    .isEqualTo(new Cli.Result(code, "", "iam-broker: account \"dev\" " + what + "\n"));
        }
    }

    @Test
    void wait_daemonComesUpMeanwhile_returnsDone() throws IOException {
        var started = new ArrayList<FakeDaemon>();
        var cli = Cli.on(directory.resolve("broker.sock"));
        cli.pause = time -> {
            pauses.add(time);
            started.add(start());
            return true;
        };

        assertThat(cli.run("wait", "--for", "ready").code()).isZero();
        assertThat(pauses).hasSize(1);
        started.getFirst().close();
    }

    @Test
    void wait_noDaemon_unreachable() {
        var cli = patient(Cli.on(directory.resolve("broker.sock")));

        assertThat(cli.run("wait", "--for", "ready", "--timeout", "1s").code()).isEqualTo(3);
        assertThat(pauses).isNotEmpty();
    }

    @Test
    void wait_unknownAccount_failsAtOnce() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.answer("GET /readyz/nope", 404, "{\"detail\":\"no account of that name\"}");

            assertThat(patient(Cli.on(daemon))
                            .run("wait", "--for", "account", "nope")
                            .code())
                    .isEqualTo(7);
            assertThat(pauses).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "wait",
                "wait --for",
                "wait --for account",
                "wait --for ready prod",
                "wait --for x",
                "wait --for ready --timeout 5"
            })
    void wait_malformed_usage(String line) {
        assertThat(Cli.on(directory.resolve("none")).run(line.split(" ")).code())
                .isEqualTo(2);
    }

    private FakeDaemon start() {
        try {
            return FakeDaemon.in(directory).answer("GET /readyz", 200, READY);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    private Cli patient(Cli cli) {
        cli.pause = time -> {
            pauses.add(time);
            cli.now = cli.now.plus(time);
            return true;
        };
        return cli;
    }
}
