package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ShareCommandTest {
    private static final String SHARE = """
            {"id":"4f1c22aa","account":"prod","kind":"kube","cluster":"build","path":"/run/iam-broker/shares/5f/broker.sock",\
            "expires_at":"2026-03-01T14:00:00Z","uses_left":100,"by":"owner"}""";

    @TempDir
    Path directory;

    private FakeDaemon daemon;
    private Cli cli;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        cli = Cli.on(daemon);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    void share_allOptions_printsThePathAlone() {
        daemon.answer("POST /v1/accounts/prod/shares?kind=kube&cluster=build&ttl=7200&uses=100&mode=0666", 200, SHARE);

        var result = cli.run(
                "share",
                "prod",
                "--kind",
                "kube",
                "--cluster",
                "build",
                "--ttl",
                "2h",
                "--uses",
                "100",
                "--mode",
                "0666");

        assertThat(result).isEqualTo(new Cli.Result(0, "/run/iam-broker/shares/5f/broker.sock\n", ""));
    }

    @Test
    void share_json_daemonsShape() {
        daemon.answer("POST /v1/accounts/prod/shares?kind=access", 200, SHARE);

        var out = cli.run("share", "prod", "--output=json").out();

        assertThat(Json.MAPPER.readTree(out)).isEqualTo(Cli.versioned(SHARE));
    }

    /** In the words of the options; what the daemon says of its query helps nobody who typed none. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--ttl 0                        | --ttl takes 1s to 168h",
                "--ttl PT0.5S                   | --ttl takes 1s to 168h",
                "--ttl 169h                     | --ttl takes 1s to 168h",
                "--uses 0                       | --uses takes 1 to 1000000",
                "--uses -1                      | --uses takes 1 to 1000000",
                "--uses 1000001                 | --uses takes 1 to 1000000",
                "--uses some                    | --uses takes a whole number",
                "--mode 0777                    | --mode is one of 0600, 0660, 0666",
                "--cluster build                | --cluster goes with --kind kube",
                "--kind access --cluster build  | --cluster goes with --kind kube",
            })
    void share_optionOutOfBounds_isRefusedInItsWords(String options, String says) {
        var result = cli.run(("share prod " + options).split(" +"));

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).startsWith("iam-broker: " + says).endsWith("see 'iam-broker share --help'\n");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void share_bounds_areSent() {
        daemon.answer("POST /v1/accounts/prod/shares?kind=access&ttl=604800&uses=1000000", 200, SHARE);
        daemon.answer("POST /v1/accounts/prod/shares?kind=access&ttl=1&uses=1", 200, SHARE);

        assertThat(cli.run("share", "prod", "--ttl", "168h", "--uses", "1000000")
                        .code())
                .isZero();
        assertThat(cli.run("share", "prod", "--ttl", "1s", "--uses", "1").code())
                .isZero();
    }

    @Test
    void unshare_oneOrAll_saidInASentence() {
        daemon.answer("POST /v1/unshare?id=4f1c22aa", 200, "{\"shares\":[" + SHARE + "]}");
        daemon.answer("POST /v1/unshare", 200, "{\"shares\":[]}");

        assertThat(cli.run("unshare", "4f1c22aa").out()).isEqualTo("1 share is ended\n");
        assertThat(cli.run("unshare", "--all").out()).isEqualTo("no share was open\n");
    }

    @Test
    void unshare_neitherOrBoth_isRefused() {
        assertThat(cli.run("unshare").code()).isEqualTo(2);
        assertThat(cli.run("unshare", "4f1c22aa", "--all").code()).isEqualTo(2);
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void status_shares_standBelowTheAccounts() {
        daemon.answer(
                "GET /v1/accounts",
                200,
                "{\"accounts\":[{\"name\":\"prod\",\"state\":\"valid\",\"login\":\"api-key\",\"tokens\":{}}],\"shares\":["
                        + SHARE + "]}");

        assertThat(cli.run("status").out()).endsWith("""

                        SHARE     ACCOUNT  KIND  CLUSTER  ENDS    USES LEFT  SOCKET
                        4f1c22aa  prod     kube  build    in 2 h  100        /run/iam-broker/shares/5f/broker.sock
                        """);
    }
}
