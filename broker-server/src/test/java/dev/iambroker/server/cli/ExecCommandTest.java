package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.client.ClientIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Before the command is started, and what its listener asks the daemon; what a command sees is tested with real ones. */
final class ExecCommandTest {
    private static final String TOKEN = "eyJhbGciOi.eyJzdWIi-_.c2ln";
    private static final String ANSWER =
            "{\"access_token\":\"" + TOKEN + "\",\"token_type\":\"Bearer\",\"expires_in\":120,"
                    + "\"expiration\":1772366520,\"scope\":\"ibm openid\",\"account\":\"prod\",\"kind\":\"access\"}";
    private static final ClientIdentity ANYBODY = ClientIdentity.ofSecret(Set.of("exec"));
    private static final String ASKED = "GET /v1/accounts/prod/token?kind=access&min_ttl=60&wait=10";

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private FakeDaemon daemon;

    private Cli cli = new Cli();

    @BeforeEach
    void listen() throws IOException {
        daemon = FakeDaemon.in(directory);
        cli = Cli.on(daemon);
        cli.environment.put("TMPDIR", directory.toString());
        cli.environment.put("PATH", "/usr/bin:/bin");
        daemon.answer("GET /v1/accounts/prod/token?kind=access", 200, ANSWER);
    }

    @AfterEach
    void close() throws Exception {
        daemon.close();
    }

    private DaemonTokens tokens() {
        return new DaemonTokens(
                new BrokerClient(new BrokerConnection(daemon.socket()), null), cli.surroundings(), "prod");
    }

    private static TokenRequest request(String account) {
        return new TokenRequest(
                account, TokenKind.ACCESS, null, TokenRequest.DEFAULT_MIN_TTL, TokenRequest.DEFAULT_WAIT);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exec prod true                                    | '--' is missing before the command
            exec prod                                         | CMD is missing: give it after '--'
            exec prod --                                      | CMD is missing: give it after '--'
            exec prod --for sdk -- true                       | --service is missing
            exec prod --service 1a -- true                    | --service is no service's name
            exec prod --service a --token-endpoint -- true    | --token-endpoint goes with --for terraform
            exec prod --for curl -- true                      | WHAT is one of sdk, terraform, ibmcloud
            exec Prod -- true                                 | ACCOUNT is not an account alias
            """)
    void words_thatDoNotGoTogether_usageAndNothingAsked(String line, String message) {
        var result = cli.run(line.strip().split(" "));

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).contains(message).hasLineCount(1);
        assertThat(daemon.asked()).isEmpty();
        assertThat(cli.daemonCalls).isEmpty();
    }

    /** What is in such a file goes before the environment: the command would go on with its old key. */
    @ParameterizedTest
    @CsvSource({"HOME, ibm-credentials.env", "IBM_CREDENTIALS_FILE, any"})
    void serviceThatACredentialsFileHas_refused(String variable, String name) throws IOException {
        Path file = directory.resolve(name);
        cli.environment.put(variable, (variable.equals("HOME") ? directory : file).toString());
        Files.writeString(file, "# mine\nOTHER_APIKEY=old\n");
        assertThat(cli.run("exec", "prod", "--service", "my-service", "--", "nosuch")
                        .code())
                .isEqualTo(127);
        Files.writeString(file, "OTHER_APIKEY=old\nMY_SERVICE_APIKEY=old\n");

        var result = cli.run("exec", "prod", "--service", "my-service", "--", "nosuch");

        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err())
                .contains("from " + file + " rather than from exec")
                .hasLineCount(1);
        assertThat(result.err()).doesNotContain("old");
    }

    @Test
    void commandThatIsNotThere_127_theListenerAndItsSecretAreGone() throws IOException {
        var result = cli.run("exec", "prod", "--", "nosuch-program");

        assertThat(result)
                .isEqualTo(
                        new Cli.Result(
                                127,
                                "",
                                "iam-broker: nosuch-program is not there: name a program on PATH, or one with its directory\n"));
        assertThat(cli.daemonCalls).hasSize(2).last().isEqualTo("closed");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).containsExactly(daemon.socket());
        }
    }

    @Test
    void token_isTheDaemonsOfThisMoment() {
        daemon.answer(ASKED, 200, ANSWER);

        TokenGrant grant = tokens().token(ANYBODY, request("prod"));

        assertThat(grant.account().value()).isEqualTo("prod");
        assertThat(grant.left()).isEqualTo(Duration.ofMinutes(2));
        assertThat(grant.expiresAt()).isEqualTo(Instant.ofEpochSecond(1772366520));
        assertThat(grant.scope()).isEqualTo("ibm openid");
        assertThat(grant.token().size()).isEqualTo(TOKEN.length());
    }

    @Test
    void anotherAccount_isNotEvenAskedFor() {
        assertThatThrownBy(() -> tokens().token(ANYBODY, request("dev")))
                .isInstanceOf(BrokerFailure.Denied.class)
                .hasMessageContaining("\"prod\" alone");
        assertThat(daemon.asked()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "400, BadRequest",
        "401, Denied",
        "403, Denied",
        "404, Unknown",
        "409, Conflict",
        "423, Locked",
        "429, TooManyRequests",
        "500, Unavailable",
        "503, Unavailable",
        "504, DeadlineExceeded"
    })
    void refusal_isPassedOnAsTheDaemonMeantIt(int status, String failure) {
        daemon.answer(ASKED, status, "{\"detail\":\"what was wrong.\",\"iam_code\":\"BXNIM0415E\",\"retry_after\":7}");

        assertThatThrownBy(() -> tokens().token(ANYBODY, request("prod")))
                .isInstanceOfSatisfying(BrokerFailure.class, refused -> {
                    assertThat(refused.getClass().getSimpleName()).isEqualTo(failure);
                    assertThat(refused.about().iamCode()).isEqualTo("BXNIM0415E");
                    assertThat(refused.about().retryAfter()).isEqualTo(Duration.ofSeconds(7));
                })
                .hasMessage("what was wrong (BXNIM0415E)");
    }

    /** A restart: it says that it stops, is away, and comes back. */
    @Test
    void daemonThatIsStartedAgain_isWaitedFor() {
        daemon.answer(
                ASKED, 503, "{\"type\":\"urn:iam-broker:problem:stopping\",\"detail\":\"the broker is stopping\"}");
        daemon.raw(ASKED, "cut off").answer(ASKED, 200, ANSWER);
        cli.pause = time -> true;

        assertThat(tokens().token(ANYBODY, request("prod")).left()).isEqualTo(Duration.ofMinutes(2));
        assertThat(daemon.asked()).hasSize(3);
    }

    @Test
    void daemonThatStaysAway_isSaidAfterTheTimeThatIamWouldHave() throws Exception {
        daemon.close();
        cli.pause = time -> {
            cli.now = cli.now.plus(time);
            return true;
        };
        Instant begin = cli.now;

        assertThatThrownBy(() -> tokens().token(ANYBODY, request("prod")))
                .isInstanceOf(BrokerFailure.Unavailable.class)
                .hasMessageContaining("not reachable");
        assertThat(Duration.between(begin, cli.now)).isEqualTo(TokenRequest.DEFAULT_WAIT);
    }
}
