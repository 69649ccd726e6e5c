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
import org.junit.jupiter.params.provider.ValueSource;

final class TokenCommandTest {
    private static final String TOKEN = "eyJhbGciOi.eyJzdWIi-_.c2ln";
    private static final String ANSWER =
            "{\"access_token\":\"" + TOKEN + "\",\"token_type\":\"Bearer\",\"expires_in\":3000,"
                    + "\"expiration\":1772370000,\"scope\":\"ibm openid\",\"account\":\"prod\",\"kind\":\"access\"}";

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
    void token_plain_theTokenAloneOnALine() {
        daemon.answer("GET /v1/accounts/prod/token?kind=access", 200, ANSWER);

        assertThat(cli.run("token", "prod")).isEqualTo(new Cli.Result(0, TOKEN + "\n", ""));
    }

    @Test
    void token_allOptions_sentAsQuery() {
        daemon.answer("GET /v1/accounts/prod/token?kind=kube&cluster=my%20c%26d&min_ttl=300&wait=3", 200, ANSWER);

        var result = cli.run(
                "token", "prod", "--kind", "kube", "--cluster", "my c&d", "--min-ttl", "5m", "--wait=3s", "--header");

        assertThat(result).isEqualTo(new Cli.Result(0, "Authorization: Bearer " + TOKEN + "\n", ""));
    }

    @Test
    void token_env_exportsOfBothNamesWithTheType() {
        daemon.answer("GET /v1/accounts/prod/token?kind=access", 200, ANSWER);

        assertThat(cli.run("token", "prod", "--env").out())
                .isEqualTo("export IC_IAM_TOKEN='Bearer " + TOKEN + "'\nexport IBMCLOUD_IAM_TOKEN='Bearer " + TOKEN
                        + "'\n");
    }

    @Test
    void token_json_daemonsShape() {
        daemon.answer("GET /v1/accounts/prod/token?kind=access", 200, ANSWER);

        var out = cli.run("token", "prod", "--output", "json").out();

        assertThat(Json.MAPPER.readTree(out)).isEqualTo(Cli.versioned(ANSWER));
    }

    @ParameterizedTest
    @CsvSource({
        "400, 2", "401, 5", "403, 5", "404, 7", "409, 4", "421, 1", "422, 1", "423, 4", "429, 1", "500, 1", "503, 6",
        "504, 6"
    })
    void token_refused_exitCodeOfTheStatusAndOneLine(int status, int code) {
        daemon.answer(
                "GET /v1/accounts/prod/token?kind=access",
                status,
                "{\"type\":\"about:blank\",\"title\":\"t\",\"status\":" + status
                        + ",\"detail\":\"what was wrong.\",\"hint\":\"do this\"}");

        assertThat(cli.run("token", "prod"))
                .isEqualTo(new Cli.Result(code, "", "iam-broker: what was wrong: do this\n"));
    }

    @Test
    void token_conflict_keepsTheReasonAndAddsTheCommand() {
        daemon.answer(
                "GET /v1/accounts/prod/token?kind=access",
                409,
                "{\"status\":409,\"title\":\"Conflict\",\"detail\":\"a reason\",\"state\":\"login_required\","
                        + "\"hint\":\"iam-broker login prod\"}");

        assertThat(cli.run("token", "prod"))
                .isEqualTo(new Cli.Result(4, "", "iam-broker: a reason: run 'iam-broker login prod'\n"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    400 | "keeps no UAA tokens: set uaa: true"                | -                     | keeps no UAA tokens: set uaa: true
                    404 | "no such name; 'iam-broker status' lists them"      | -                     | no such name; 'iam-broker status' lists them
                    409 | "needs a login: run 'iam-broker login dev'"         | iam-broker login dev  | needs a login: run 'iam-broker login dev'
                    404 | "containers answered 404 G0004: not found"          | iam-broker clusters p | containers answered 404 G0004: not found: run 'iam-broker clusters p'
                    403 | "client has no right to this"                       | -                     | client has no right to this: ask whoever runs the broker to allow it
                    503 | "IAM: down"                                         | -                     | IAM: down: try again later
                    """)
    void token_adviceOfTheDaemon_isGivenOnce(int status, String detail, String hint, String line) {
        daemon.answer(
                "GET /v1/accounts/prod/token?kind=access",
                status,
                "{\"detail\":" + detail + (hint.equals("-") ? "" : ",\"hint\":\"" + hint + "\"")
                        + ",\"account\":\"prod\",\"state\":\"login_required\"}");

        assertThat(cli.run("token", "prod").err()).isEqualTo("iam-broker: " + line + "\n");
    }

    @Test
    void token_iamDown_saysWhenToTryAgain() {
        daemon.answer(
                "GET /v1/accounts/prod/token?kind=access",
                503,
                "{\"status\":503,\"detail\":\"IAM cannot be reached\",\"account\":\"prod\",\"retry_after\":12}");

        assertThat(cli.run("token", "prod").err()).isEqualTo("iam-broker: IAM cannot be reached: try again in 12 s\n");
    }

    @Test
    void token_hostileTexts_cannotSteerTheTerminal() {
        daemon.answer(
                "GET /v1/accounts/prod/token?kind=access",
                503,
                "{\"detail\":\"a\\u001b]0;title\\u0007b\\nc\\u202ed\\u009b2J\",\"hint\":\"e\\r\\u2028f\"}");

        assertThat(cli.run("token", "prod").err().strip()).isEqualTo("iam-broker: a ]0;title b c d 2J: e  f");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "x'; rm -rf /; '", "a\\nb", "$(id)"})
    void token_answerHoldsNone_failsWithoutPrintingIt(String token) {
        daemon.answer("GET /v1/accounts/prod/token?kind=access", 200, "{\"access_token\":\"" + token + "\"}");

        var result = cli.run("token", "prod", "--env");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).startsWith("iam-broker: the daemon's answer holds no token");
    }

    @Test
    void token_answerIsNoJson_failsWithoutQuotingIt() {
        daemon.answer("GET /v1/accounts/prod/token?kind=access", 200, "secret-canary");

        var result = cli.run("token", "prod");

        assertThat(result.code()).isEqualTo(1);
        assertThat(result.err()).doesNotContain("secret-canary").contains("not a JSON object");
    }

    @Test
    void token_unknownKind_listsTheKinds() {
        var result = cli.run("token", "prod", "--kind", "id");

        assertThat(result)
                .isEqualTo(new Cli.Result(
                        2, "", "iam-broker: KIND is one of access, kube, uaa: see 'iam-broker token --help'\n"));
    }

    @Test
    void token_twoForms_usage() {
        assertThat(cli.run("token", "prod", "--env", "--header").code()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"5", "5x", "-5s", "1.5h", "61s", "PT2M", "P"})
    void token_badWait_usage(String wait) {
        assertThat(cli.run("token", "prod", "--wait", wait).code()).isEqualTo(2);
        assertThat(daemon.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Prod", "../admin", "a/b", "-x", "prod?x=1", ""})
    void token_impossibleAlias_usageWithoutAsking(String alias) {
        assertThat(cli.run("token", "--", alias).code()).isEqualTo(2);
        assertThat(daemon.asked()).isEmpty();
    }
}
