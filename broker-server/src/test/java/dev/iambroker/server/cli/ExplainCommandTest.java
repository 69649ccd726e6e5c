package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ExplainCommandTest {
    private static final String ANSWER = """
            {"decision":"deny","rule":"ci","reason":"client \\"ci\\" has no right to this","rules":[\
            {"rule":"ops","outcome":"no-match","why":"asks for uid 7, and the client has 1000"},\
            {"rule":"ci","outcome":"decides","why":"client \\"ci\\" has no right to this"}]}""";

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
    void explain_describedClient_asksTheDaemonAndPrintsEachRule() {
        daemon.answer(
                "GET /v1/explain?account=prod&kind=kube&cluster=c-1&uid=1000&gid=7%2C8&exe=%2Fbin%2Fa&unit=a.service"
                        + "&client=ci",
                200, ANSWER);

        Cli.Result result = cli.run(
                "explain",
                "--uid",
                "1000",
                "--gid",
                "7",
                "--gid",
                "8",
                "--exe",
                "/bin/a",
                "--unit",
                "a.service",
                "--client",
                "ci",
                "--cluster",
                "c-1",
                "prod",
                "kube");

        assertThat(result).isEqualTo(new Cli.Result(0, """
                        denied by ci: client "ci" has no right to this
                        RULE  OUTCOME
                        ops   no-match
                          asks for uid 7, and the client has 1000
                        ci    decides
                          client "ci" has no right to this
                        """, ""));
    }

    @Test
    void explain_json_daemonsShape() {
        daemon.answer("GET /v1/explain?account=prod&kind=access&client=ci", 200, ANSWER);
        String out = cli.run("explain", "--client", "ci", "prod", "access", "--output=json")
                .out();
        assertThat(Json.MAPPER.readTree(out)).isEqualTo(Cli.versioned(ANSWER));
    }

    @Test
    void explain_ofAFile_asksNoDaemon() {
        Cli.Result result = cli.run("explain", "--config", "/x/broker.yaml", "--uid", "1000", "prod", "access");
        assertThat(result.code()).isZero();
        assertThat(result.out()).startsWith("denied by ci: ");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void explain_largestNumberAndAllAccounts_areAsked() {
        daemon.answer("GET /v1/explain?account=*&kind=admin&uid=4294967294&gid=4294967294", 200, ANSWER);
        assertThat(cli.run("explain", "--uid", "4294967294", "--gid", "4294967294", "*", "admin")
                        .code())
                .isZero();
    }

    @Test
    void explain_unknownKindOrProcessWithoutUser_2() {
        assertThat(cli.run("explain", "--uid", "1", "prod", "id").code()).isEqualTo(2);
        assertThat(cli.run("explain", "--exe", "/bin/a", "prod", "access").code())
                .isEqualTo(2);
        assertThat(cli.run("explain", "--uid", "1", "*", "access").code()).isEqualTo(2);
        assertThat(cli.run("explain", "--client=", "prod", "access").err()).contains("--client is empty");
        for (String[] malformed : new String[][] {{"--exe", "kubectl"}, {"--exe-sha256", "ab"}, {"--unit", "build"}}) {
            Cli.Result result = cli.run("explain", "--uid", "1", malformed[0], malformed[1], "prod", "access");
            assertThat(result.code()).isEqualTo(2);
            assertThat(result.err()).contains(malformed[0] + " takes");
        }
        for (String number : new String[] {"root", "-1", "4294967296"}) {
            Cli.Result result = cli.run("explain", "--uid", number, "prod", "access");
            assertThat(result.code()).isEqualTo(2);
            assertThat(result.err()).contains("--uid", "a number such as 1000").doesNotContain(number);
        }
        assertThat(daemon.asked()).isEmpty();
    }
}
