package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

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

        assertThat(Json.MAPPER.readTree(out)).isEqualTo(Json.MAPPER.readTree(SHARE));
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

                        SHARE     ACCOUNT  KIND  CLUSTER  ENDS IN  USES LEFT  SOCKET
                        4f1c22aa  prod     kube  build    2h       100        /run/iam-broker/shares/5f/broker.sock
                        """);
    }
}
