package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class StatusCommandTest {
    private static final String PROD = """
            {"name":"prod","state":"valid","login":"api-key","account_id":"0123","iam_id":"iam-ServiceId-1",\
            "tokens":{"access":{"expires_at":"2026-03-01T12:52:00Z","refresh_at":"2026-03-01T12:27:00Z"},\
            "kube":{"expires_at":"2026-03-01T12:20:00Z","refresh_at":"2026-03-01T12:10:30Z"}},\
            "refresh_token_expires_at":null,"runway_seconds":3120,"last_error":null}""";
    private static final String DEV = """
            {"name":"dev","state":"login_required","login":"passcode","account_id":null,"iam_id":null,"tokens":{},\
            "refresh_token_expires_at":"2026-02-28T12:00:00Z","runway_seconds":0,\
            "last_error":{"at":"2026-03-01T11:57:00Z","iam_code":"BXNIM0408E","detail":"Provided refresh_token is expired, and\\u001b[2J so is the session that it belongs to"}}""";

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
    void status_twoAccounts_alignedTableWithErrorBelowItsRow() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "," + DEV + "]}");

        var result = cli.run("status");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo("""
                        ACCOUNT  STATE           LOGIN     ACCESS  KUBE  REFRESH  SESSION  RUNWAY
                        prod     valid           api-key   52m     20m   10m      -        52m
                        dev      login_required  passcode  -       -     -        ended    0s
                          last error 3m ago: BXNIM0408E Provided refresh_token is expired, and [2J so is
                            the session that it belongs to
                          run 'iam-broker login dev'
                        """);
        assertThat(result.out().lines()).allMatch(line -> line.length() <= 80);
    }

    @Test
    void status_tokensOfOpenShiftClusters_areSaidBelowTheRow_andCountForTheNextRefresh() {
        var two = PROD.replace(
                "\"tokens\":{",
                "\"tokens\":{\"kube/roks-1\":{\"expires_at\":\"2026-03-02T11:00:00Z\",\"refresh_at\":\"2026-03-01T12:04:00Z\"},"
                        + "\"kube/roks\\u001b2\":{\"expires_at\":\"2026-03-01T12:30:00Z\",\"refresh_at\":\"2026-03-01T12:20:00Z\"},");
        daemon.answer("GET /v1/accounts/prod", 200, two);

        assertThat(cli.run("status", "prod").out()).isEqualTo("""
                        ACCOUNT  STATE  LOGIN    ACCESS  KUBE  REFRESH  SESSION  RUNWAY
                        prod     valid  api-key  52m     20m   4m       -        52m
                          OpenShift cluster roks-1: its token ends in 23h
                          OpenShift cluster roks 2: its token ends in 30m
                        """);
    }

    @Test
    void status_loginThatEndsSoon_isSaidBelowItsRow() {
        var soon = PROD.replace("\"last_error\"", "\"login_runway_seconds\":27000,\"last_error\"");
        daemon.answer("GET /v1/accounts/prod", 200, soon);
        daemon.answer("GET /v1/accounts/dev", 200, soon.replace("27000", "90000"));

        assertThat(cli.run("status", "prod").out()).endsWith("  login ends in 7 h: run 'iam-broker login prod'\n");
        assertThat(cli.run("status", "dev").out()).doesNotContain("login ends");
    }

    /** A login of an account that has none of its own is refused. */
    @Test
    void status_accountThatSharesALogin_saysWhoseIsNeeded() {
        var shared = DEV.replace("\"name\":\"dev\"", "\"name\":\"team-b\",\"login_of\":\"dev\"");
        var soon = shared.replace("login_required", "valid")
                .replace("\"last_error\"", "\"login_runway_seconds\":27000,\"last_error\"");
        daemon.answer("GET /v1/accounts/team-b", 200, shared);
        daemon.answer("GET /v1/accounts/team-c", 200, soon);

        assertThat(cli.run("status", "team-b").out()).endsWith("  run 'iam-broker login dev'\n");
        assertThat(cli.run("status", "team-c").out()).endsWith("  login ends in 7 h: run 'iam-broker login dev'\n");
    }

    @Test
    void status_oneAccount_asksForThatOneOnly() {
        daemon.answer("GET /v1/accounts/prod", 200, PROD);

        assertThat(cli.run("status", "prod").out()).contains("prod     valid").doesNotContain("dev");
    }

    @Test
    void status_daemonHasNotes_printedBelowTheTable() {
        daemon.answer(
                "GET /v1/accounts",
                200,
                "{\"accounts\":[" + PROD + "],\"notes\":[\"the store is as safe as its directory\"]}");

        assertThat(cli.run("status").out()).endsWith("note: the store is as safe as its directory\n");
    }

    @Test
    void status_noAccounts_saysSo() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[]}");

        assertThat(cli.run("status").out()).isEqualTo("no account that you may see\n");
    }

    @Test
    void status_json_daemonsShape() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "]}");

        var out = cli.run("status", "--output", "json").out();

        assertThat(Json.MAPPER.readTree(out)).isEqualTo(Json.MAPPER.readTree("{\"accounts\":[" + PROD + "]}"));
    }

    @Test
    void status_terminal_coloursTheState() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "]}");
        cli.terminal = true;
        cli.environment.put("TERM", "xterm");

        assertThat(cli.run("status").out()).contains("\u001b[32mvalid\u001b[0m");
    }

    @Test
    void status_terminalWithNoColor_plain() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "]}");
        cli.terminal = true;
        cli.environment.put("NO_COLOR", "1");

        assertThat(cli.run("status").out()).doesNotContain("\u001b");
    }

    @Test
    void status_dumbTerminal_plain() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "]}");
        cli.terminal = true;
        cli.environment.put("TERM", "dumb");

        assertThat(cli.run("status", "--watch").out()).doesNotContain("\u001b");
    }

    @Test
    void watch_daemonGoesAndComesBack_redrawnUntilInterrupted() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "]}");
        daemon.raw("GET /v1/accounts", "HTTP/1.1 503 Any\r\nContent-Length: 0\r\n\r\n");
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + DEV + "]}");
        cli.terminal = true;
        var frames = new AtomicInteger();
        cli.pause = _ -> frames.incrementAndGet() <= 2;

        var result = cli.run("status", "--watch");

        assertThat(result.code()).isZero();
        assertThat(result.out().split("\u001b\\[H\u001b\\[2J", -1)).hasSize(4);
        assertThat(result.out()).contains("prod", "the daemon answered with status 503", "dev");
    }
}
