package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code token --watch}, until the pause says that the user has had enough. */
final class TokenWatchTest {
    private static final String WATCH = "GET /v1/accounts/prod/watch?kind=access&wait=60";
    private static final String LOGIN = "{\"detail\":\"account \\\"prod\\\" needs a login\",\"retry_after\":3}";

    @TempDir
    Path directory;

    @SuppressWarnings("NullAway.Init")
    private FakeDaemon daemon;

    private Cli cli = new Cli();
    private final List<Duration> pauses = new ArrayList<>();

    @BeforeEach
    void listen() throws IOException {
        daemon = FakeDaemon.in(directory);
        cli = Cli.on(daemon);
    }

    @AfterEach
    void close() throws Exception {
        daemon.close();
    }

    private void token(String request, String token, String etag) {
        var body = "{\"access_token\":\"" + token + "\"}";
        daemon.raw(
                request,
                "HTTP/1.1 200 OK\r\nETag: \"" + etag + "\"\r\nContent-Length: " + body.length() + "\r\n\r\n" + body);
    }

    private static String after(String etag) {
        return WATCH + "&after=%22" + etag + "%22";
    }

    private void enoughAfter(int times) {
        cli.pause = time -> {
            pauses.add(time);
            return pauses.size() < times;
        };
    }

    /** The second tag is that of the same token, as after a restart. */
    @Test
    void eachToken_onceWhateverItsTag_andTheDaemonIsAskedForTheNext() {
        token(WATCH, "eyJ.one", "a");
        daemon.raw(after("a"), "HTTP/1.1 204 No Content\r\n\r\n");
        token(after("a"), "eyJ.one", "b");
        token(after("b"), "eyJ.two", "c");
        daemon.answer(after("c"), 503, "{\"detail\":\"down\"}");
        enoughAfter(1);

        assertThat(cli.run("token", "prod", "--watch", "--header"))
                .isEqualTo(new Cli.Result(
                        0,
                        "Authorization: Bearer eyJ.one\nAuthorization: Bearer eyJ.two\n",
                        "iam-broker: waiting: down: try again later\n"));
    }

    @Test
    void whatPasses_isSaidOnceAndWaitedForLongerAndLonger() {
        daemon.answer(WATCH, 409, LOGIN).answer(WATCH, 409, LOGIN).answer(WATCH, 503, "{\"detail\":\"IAM: down\"}");
        enoughAfter(9);

        var result = cli.run("token", "prod", "--watch");

        assertThat(result.err()).isEqualTo("""
                iam-broker: waiting: account "prod" needs a login
                iam-broker: waiting: IAM: down: try again later
                """);
        assertThat(pauses.subList(0, 2)).containsOnly(Duration.ofSeconds(3));
        assertThat(pauses.getLast()).isEqualTo(Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource({"400, 2", "401, 5", "403, 5", "404, 7"})
    void refusal_ends(int status, int code) {
        daemon.answer(WATCH, status, "{\"detail\":\"no\"}");

        var result = cli.run("token", "prod", "--watch");

        assertThat(result.code()).isEqualTo(code);
        assertThat(result.err()).startsWith("iam-broker: no").hasLineCount(1);
    }

    @Test
    void noDaemonToBeginWith_ends() throws Exception {
        daemon.close();

        assertThat(cli.run("token", "prod", "--watch").code()).isEqualTo(3);
    }

    @Test
    void daemonThatGoesAway_isWaitedFor() {
        token(WATCH, "eyJ.one", "a");
        daemon.raw(after("a"), "cut off").raw(after("a"), "cut off");
        token(after("a"), "eyJ.two", "b");
        daemon.answer(after("b"), 404, "{\"detail\":\"gone\"}");
        enoughAfter(10);

        var result = cli.run("token", "prod", "--watch");

        assertThat(result.out()).isEqualTo("eyJ.one\neyJ.two\n");
        assertThat(result.err().lines()).hasSize(2);
        assertThat(pauses).containsExactly(Duration.ofMillis(250), Duration.ofMillis(500));
    }

    @Test
    void onChange_theTokenOnStandardInputAndNothingPrinted() {
        token(WATCH, "eyJ.one", "a");
        daemon.answer(after("a"), 404, "{\"detail\":\"gone\"}");
        cli.environment.put("PATH", "/usr/bin:/bin");

        var result = cli.run(
                "token", "prod", "--watch", "--on-change", "sh", "--", "-c", "read t; [ $t = eyJ.one ] && exit 6");

        assertThat(result)
                .isEqualTo(new Cli.Result(
                        7, "", "iam-broker: the command of --on-change ended with status 6\niam-broker: gone\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "token prod --on-change true",
                "token prod --watch --wait 1s",
                "token prod more",
                "token prod --watch -- more",
                "token prod --watch --on-change true --header"
            })
    void words_thatDoNotGoTogether_usage(String line) {
        assertThat(cli.run(line.split(" ")).code()).isEqualTo(2);
        assertThat(daemon.asked()).isEmpty();
    }
}
