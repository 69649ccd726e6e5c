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

final class LoginCommandTest {
    private static final String CANARY = "s3cr\"et-Canary";
    private static final String LOGIN = "POST /v1/accounts/dev/login";
    private static final String LOGGED_IN = """
            {"name":"dev","state":"valid","login":"passcode","account_id":"0123abc","iam_id":"IBMid-27","user":"ada@example.com","tokens":{},\
            "refresh_token_expires_at":"2026-03-31T12:00:00Z","runway_seconds":0,"last_error":null}""";

    @TempDir
    Path directory;

    private FakeDaemon daemon;
    private Cli cli;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
        daemon.answer(LOGIN, 200, LOGGED_IN)
                .answer(
                        "GET /v1/accounts/dev/ibm-accounts",
                        200,
                        "{\"accounts\":[{\"id\":\"ffff\",\"name\":\"Other\"},{\"id\":\"0123ABC\",\"name\":\"Emulated Dev\"}]}")
                .answer(
                        "GET /v1/accounts/dev/passcode-url",
                        200,
                        "{\"passcode_url\":\"https://iam.example/identity/passcode\"}");
        cli = Cli.on(daemon);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @ParameterizedTest
    @CsvSource({"--passcode, passcode", "--api-key, api_key", "--refresh-token, refresh_token"})
    void login_secretTyped_sentAndNeverShown(String option, String member) {
        cli.typed = CANARY;

        var result = cli.run("login", "dev", option);

        assertThat(sent()).isEqualTo("{\"" + member + "\":\"s3cr\\\"et-Canary\"}");
        assertThat(result)
                .isEqualTo(new Cli.Result(
                        0,
                        "account \"dev\" is logged in as ada@example.com to account Emulated Dev (0123abc),"
                                + " session until Tue 31 Mar, 12:00\n",
                        option.equals("--passcode")
                                ? "A one-time passcode is shown at https://iam.example/identity/passcode\n"
                                : ""));
        assertThat(cli.prompts).singleElement().asString().contains("\"dev\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "\n", "\r\n"})
    void login_secretOnStdin_readWithoutItsNewline(String end) {
        cli.stdin = CANARY + end;

        assertThat(cli.run("login", "dev", "--api-key", "-").code()).isZero();
        assertThat(sent()).isEqualTo("{\"api_key\":\"s3cr\\\"et-Canary\"}");
        assertThat(cli.prompts).isEmpty();
    }

    @Test
    void login_username_asksForThePassword() {
        cli.typed = CANARY;

        assertThat(cli.run("login", "dev", "--username", "ops@example.com").code())
                .isZero();
        assertThat(sent()).isEqualTo("{\"username\":\"ops@example.com\",\"password\":\"s3cr\\\"et-Canary\"}");
    }

    @Test
    void login_usernameWithoutATerminal_readsThePasswordFromStdin() {
        cli.stdin = "pw\n";

        assertThat(cli.run("login", "dev", "--username", "u").code()).isZero();
        assertThat(sent()).isEqualTo("{\"username\":\"u\",\"password\":\"pw\"}");
    }

    @Test
    void login_usernameAndPasswordOnStdin_read() {
        cli.stdin = "pw";

        assertThat(cli.run("login", "dev", "--username", "u", "--password", "-").code())
                .isZero();
        assertThat(sent()).isEqualTo("{\"username\":\"u\",\"password\":\"pw\"}");
    }

    @Test
    void login_noOption_configuredCredential() {
        daemon.answer("GET /v1/accounts/dev", 200, "{\"name\":\"dev\",\"login\":\"api-key\"}");

        assertThat(cli.run("login", "dev").code()).isZero();
        assertThat(sent()).isEqualTo("{}");
    }

    @Test
    void login_noOptionOfAnAccountThatSharesALogin_namesTheOwnerBeforeAnyPrompt() {
        daemon.answer("GET /v1/accounts/team-b", 200, "{\"name\":\"team-b\",\"login\":\"passcode\"}")
                .answer(
                        "POST /v1/accounts/team-b/login",
                        400,
                        "{\"detail\":\"team-b uses the login of dev\",\"hint\":\"iam-broker login dev\"}");

        assertThat(cli.run("login", "team-b"))
                .isEqualTo(new Cli.Result(
                        2, "", "iam-broker: team-b uses the login of dev: run 'iam-broker login dev'\n"));
        assertThat(cli.prompts).isEmpty();
    }

    @Test
    void login_noOptionOfPasscodeAccount_asksForThePasscode() {
        daemon.answer("GET /v1/accounts/dev", 200, "{\"name\":\"dev\",\"login\":\"passcode\"}");
        cli.typed = "abc";

        assertThat(cli.run("login", "dev").code()).isZero();
        assertThat(sent()).isEqualTo("{\"passcode\":\"abc\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "login dev --passcode CANARY",
                "login dev --passcode=CANARY",
                "login --passcode CANARY dev",
                "login --passcode CANARY",
                "login dev --api-key CANARY",
                "login dev --refresh-token=CANARY",
                "login dev --username u --password CANARY",
                "login dev CANARY",
                "login dev --apikey=CANARY",
                "login dev --apikeyCANARY",
                "login dev --passcodeCANARY",
                "login CANARY",
                "login dev --password CANARY",
                "login dev --passcode - --api-key CANARY"
            })
    void login_secretAsArgument_usageAndNotRepeated(String line) {
        var result = cli.run(line.replace("CANARY", CANARY).split(" "));

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.out()).isEmpty();
        assertThat(result.err()).hasLineCount(1).doesNotContain(CANARY);
        assertThat(daemon.asked()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"--passcode --api-key", "--username u --refresh-token", "--password"})
    void login_optionsThatContradict_usage(String options) {
        assertThat(cli.run(("login dev " + options).split(" ")).code()).isEqualTo(2);
    }

    /** What IBM Cloud calls the account is a courtesy: the login is done without it. */
    @Test
    void login_accountNamesAndUserNotKnown_saysTheIds() {
        daemon.forget(LOGIN);
        daemon.forget("GET /v1/accounts/dev/ibm-accounts");
        daemon.answer(
                LOGIN,
                200,
                LOGGED_IN.replace("\"ada@example.com\"", "null").replace("\"2026-03-31T12:00:00Z\"", "null"));
        cli.stdin = "code";

        assertThat(cli.run("login", "dev", "--passcode", "-").out())
                .isEqualTo("account \"dev\" is logged in as IBMid-27 to account 0123abc, session until IAM ends it\n");
    }

    @Test
    void login_apiKeyAccount_saysThatNobodyHasToDoItAgain() {
        daemon.answer("GET /v1/accounts/prod", 200, "{\"name\":\"prod\",\"login\":\"api-key\"}");
        daemon.answer(
                "POST /v1/accounts/prod/login",
                200,
                "{\"name\":\"prod\",\"login\":\"api-key\",\"account_id\":null,\"user\":\"ServiceId-1\",\"tokens\":{}}");

        assertThat(cli.run("login", "prod").out())
                .isEqualTo("account \"prod\" is logged in as ServiceId-1, bound to no IBM Cloud account,"
                        + " renewed by its credential\n");
    }

    /** Whoever may not log in should not fetch a passcode first. */
    @Test
    void login_passcodePageRefused_nothingAsked() {
        daemon.forget("GET /v1/accounts/dev/passcode-url");
        daemon.answer("GET /v1/accounts/dev/passcode-url", 423, "{\"detail\":\"the broker is locked\",\"status\":423}");
        cli.typed = CANARY;

        assertThat(cli.run("login", "dev", "--passcode"))
                .isEqualTo(new Cli.Result(4, "", "iam-broker: the broker is locked: run 'iam-broker unlock'\n"));
        assertThat(cli.prompts).isEmpty();
    }

    @Test
    void login_passcodePageOfAHostileAnswer_cannotSteerTheTerminal() {
        daemon.forget("GET /v1/accounts/dev/passcode-url");
        daemon.answer("GET /v1/accounts/dev/passcode-url", 200, "{\"passcode_url\":\"https://x\\u001b[2J\\r\\ny\"}");
        cli.typed = CANARY;

        assertThat(cli.run("login", "dev", "--passcode").err()).hasLineCount(1).doesNotContain("\u001b", "\r");
    }

    @Test
    void login_noTerminal_saysHowToPassTheSecret() {
        var result = cli.run("login", "dev", "--passcode");

        assertThat(result)
                .isEqualTo(new Cli.Result(
                        2,
                        "",
                        "iam-broker: there is no terminal to ask on: pass the secret on stdin with '--passcode -'\n"));
    }

    @Test
    void login_emptySecret_nothingSent() {
        cli.stdin = "\n";

        assertThat(cli.run("login", "dev", "--passcode", "-").code()).isEqualTo(2);
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void login_endlessStdin_refused() {
        cli.stdin = "x".repeat(100_000);

        assertThat(cli.run("login", "dev", "--passcode", "-").err()).contains("more than a secret");
    }

    @Test
    void login_refusedByIam_saysWhyOnceWithTheCode() {
        daemon.answer("GET /v1/accounts/prod", 200, "{\"name\":\"prod\",\"login\":\"api-key\"}");
        daemon.answer(
                "POST /v1/accounts/prod/login",
                422,
                "{\"status\":422,\"detail\":\"Provided API key could not be found.\",\"iam_code\":\"BXNIM0415E\",\"account\":\"prod\"}");

        assertThat(cli.run("login", "prod"))
                .isEqualTo(
                        new Cli.Result(
                                1,
                                "",
                                "iam-broker: Provided API key could not be found (BXNIM0415E): check the credential and log in again\n"));
    }

    private String sent() {
        return daemon.asked().stream()
                .filter(request -> request.method().equals("POST"))
                .toList()
                .getLast()
                .body();
    }
}
