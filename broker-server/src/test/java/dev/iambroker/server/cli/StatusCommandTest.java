package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
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

    private static final String ERROR = "\"last_error\":{\"at\":\"2026-03-01T11:57:00Z\",\"iam_code\":null,"
            + "\"detail\":\"IAM answered 503 and said at length that it is under maintenance until further notice\"}";

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

    private static final String FLEET = """
            {"self":"m1","connected":%s,"refused":null,"lag_seconds":%d,"as_of_at":"2026-03-01T11:57:00Z",\
            "members":[{"id":"m1","host":"node-1","version":"1.2.3","joined_at":"2026-03-01T11:00:00Z","renews":1},\
            {"id":"m2","host":"node-2","version":"1.2.3","joined_at":"2026-03-01T11:30:00Z","renews":0}],\
            "logins":[{"account":"dev","renewer":null,"renewer_host":null,"renewed_at":null},\
            {"account":"prod","renewer":"m1","renewer_host":"node-1","renewed_at":"2026-03-01T11:58:00Z"}],\
            "lost_leases":0,"presented_again":0,"old_seals":%d,"unreadable":0}""";

    @Test
    void fleet_inReach_showsMembersAndLogins() {
        daemon.answer("GET /v1/fleet", 200, FLEET.formatted("true", 0, 0));

        var result = cli.run("status", "--fleet");

        assertThat(result.err()).isEmpty();
        assertThat(result.out()).isEqualTo("""
                        connected, lag below 1 s

                        MEMBER  HOST               VERSION  JOINED      RENEWS
                        m1      node-1 (this one)  1.2.3    60 min ago  1
                        m2      node-2             1.2.3    30 min ago  0

                        ACCOUNT  RENEWED BY  HOST    RENEWED
                        dev      -           -       -
                        prod     m1          node-1  2 min ago
                        """);
    }

    @Test
    void fleet_outOfReach_saysSinceWhen() {
        daemon.answer("GET /v1/fleet", 200, FLEET.formatted("false", 180, 4));

        assertThat(cli.run("status", "--fleet").out())
                .startsWith("etcd out of reach since Sun 1 Mar, 11:57 (3 min ago): what is below is as of then\n")
                .endsWith("\nnote: records sealed by a fleet key other than the first: 4\n");
    }

    @Test
    void fleet_thatRefusesThisMember_saysWhy() {
        daemon.answer(
                "GET /v1/fleet",
                200,
                FLEET.formatted("false", 1, 0)
                        .replace("\"refused\":null", "\"refused\":\"the fleet key does not fit\""));

        assertThat(cli.run("status", "--fleet").out()).startsWith("no part in the fleet: the fleet key does not fit\n");
    }

    @Test
    void fleet_json_isTheAnswerWithItsSchema() {
        daemon.answer("GET /v1/fleet", 200, FLEET.formatted("true", 0, 0));

        assertThat(cli.run("status", "--fleet", "--output", "json").out()).contains("\"schema\"", "\"renewer_host\"");
    }

    @Test
    void fleet_withWatch_isRefused() {
        for (var other : java.util.List.of("--watch", "--web", "prod")) {
            var result = cli.run("status", "--fleet", other);

            assertThat(result.code()).isEqualTo(2);
            assertThat(result.err())
                    .isEqualTo(
                            "iam-broker: --fleet shows the whole fleet, once: leave out ACCOUNT, --watch and --web\n");
        }
    }

    @Test
    void status_twoAccounts_alignedTableWithErrorBelowItsRow() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "," + DEV + "]}");

        var result = cli.run("status");

        assertThat(result.err()).isEmpty();
        assertThat(result.code()).isZero();
        assertThat(result.out()).isEqualTo("""
                        ACCOUNT  STATE           LOGIN     ACCESS     KUBE       REFRESH    SESSION  RUNWAY
                        prod     valid           api-key   in 52 min  in 20 min  in 10 min  -        52 min
                        dev      login_required  passcode  -          -          -          ended    0 s
                          last error 3 min ago: BXNIM0408E Provided refresh_token is expired, and [2J so is the session that it belongs to
                          run 'iam-broker login dev'
                        """);
    }

    @Test
    void status_tokensOfOpenShiftClusters_areSaidBelowTheRow_andCountForTheNextRefresh() {
        var two = PROD.replace(
                "\"tokens\":{",
                "\"tokens\":{\"kube/roks-1\":{\"expires_at\":\"2026-03-02T11:00:00Z\",\"refresh_at\":\"2026-03-01T12:04:00Z\"},"
                        + "\"kube/roks\\u001b2\":{\"expires_at\":\"2026-03-01T12:30:00Z\",\"refresh_at\":\"2026-03-01T12:20:00Z\"},");
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + two + "]}");
        daemon.answer("GET /v1/accounts/prod", 200, two);

        assertThat(cli.run("status").out()).isEqualTo("""
                        ACCOUNT  STATE  LOGIN    ACCESS     KUBE       REFRESH   SESSION  RUNWAY
                        prod     valid  api-key  in 52 min  in 20 min  in 4 min  -        52 min
                          OpenShift cluster roks-1: its token ends in 23 h
                          OpenShift cluster roks 2: its token ends in 30 min
                        """);
        assertThat(cli.run("status", "prod").out())
                .contains("OpenShift     token of roks-1 ends in 23 h (Mon 2 Mar, 11:00), renewed in 4 min\n");
    }

    @Test
    void status_loginThatEndsSoon_isSaidBelowItsRow() {
        var soon = PROD.replace("\"last_error\"", "\"login_runway_seconds\":27000,\"last_error\"");
        daemon.answer("GET /v1/accounts/prod", 200, soon);
        daemon.answer("GET /v1/accounts/dev", 200, soon.replace("27000", "90000"));

        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + soon + "]}");

        assertThat(cli.run("status").out()).endsWith("  login ends in 7 h: run 'iam-broker login prod'\n");
        assertThat(cli.run("status", "prod").out())
                .endsWith("soon          login ends in 7 h: run 'iam-broker login prod'\n");
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

        assertThat(cli.run("status", "team-b").out()).endsWith("next          run 'iam-broker login dev'\n");
        assertThat(cli.run("status", "team-c").out())
                .endsWith("soon          login ends in 7 h: run 'iam-broker login dev'\n");
    }

    @Test
    void status_oneAccount_asksForThatOneOnly() {
        daemon.answer("GET /v1/accounts/prod", 200, PROD);

        assertThat(cli.run("status", "prod").out()).isEqualTo("""
                        account       prod
                        state         valid
                        login         api-key, as iam-ServiceId-1
                        IBM account   0123
                        access token  ends in 52 min (Sun 1 Mar, 12:52), renewed in 27 min
                        kube token    ends in 20 min (Sun 1 Mar, 12:20), renewed in 10 min
                        runway        callers are served for another 52 min if IAM stays down from now
                        """);
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

        assertThat(Json.MAPPER.readTree(out))
                .isEqualTo(Json.MAPPER.readTree("{\"schema\":1,\"accounts\":[" + PROD + "]}"));
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

    /** That it is served does not make it well. */
    @Test
    void status_backoff_isSaidAsWhatItIs() {
        var failing =
                PROD.replace("\"state\":\"valid\"", "\"state\":\"backoff\"").replace("\"last_error\":null", ERROR);
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + failing + "]}");
        daemon.answer("GET /v1/accounts/prod", 200, failing);

        assertThat(cli.run("status").out()).contains("prod     backoff", "last error 3 min ago: IAM answered 503");
        assertThat(cli.run("status", "prod").out())
                .contains("state         backoff, IAM fails: what is cached is served");
    }

    @Test
    void status_longAliasAndError_cutWithAnEllipsisToTheTerminalsWidth() {
        var alias = "a-very-long-alias-that-somebody-chose-for-a-test-account-of-theirs";
        var long80 = PROD.replace("\"prod\"", "\"" + alias + "\"").replace("\"last_error\":null", ERROR);
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + long80 + "," + DEV + "]}");
        cli.terminal = true;
        cli.environment.put("NO_COLOR", "1");
        for (var columns : new int[] {40, 60, 80, 100, 132}) {
            cli.screen = new Screen(columns, 24);

            var out = cli.run("status").out();

            assertThat(out.lines()).as(out).allMatch(line -> line.length() <= columns);
            assertThat(out.contains("…\n")).isEqualTo(columns < 132);
            assertThat(out).contains("run 'iam-broker login dev'");
        }
        cli.terminal = false;
        assertThat(cli.run("status").out()).contains(alias).doesNotContain("…");
    }

    @Test
    void status_narrowTerminal_columnsGiveWayBeforeAnyIsCut() {
        var session = PROD.replace(
                "\"refresh_token_expires_at\":null", "\"refresh_token_expires_at\":\"2026-03-31T12:00:00Z\"");
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + session + "," + DEV + "]}");
        cli.terminal = true;
        cli.environment.put("NO_COLOR", "1");

        assertThat(cli.run("status").out())
                .startsWith("ACCOUNT  STATE           ACCESS     KUBE       REFRESH    SESSION     RUNWAY\n");
        cli.screen = new Screen(120, 24);
        assertThat(cli.run("status").out())
                .startsWith("ACCOUNT  STATE           LOGIN     ACCESS     KUBE       REFRESH    SESSION     RUNWAY\n");
    }

    @Test
    void status_lockedBroker_saidOnce() {
        var locked = PROD.replace("valid", "locked");
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + locked + "," + locked.replace("prod", "ops") + "]}");

        assertThat(cli.run("status").out())
                .startsWith("locked, nothing is served: run 'iam-broker unlock'\n\nACCOUNT")
                .containsOnlyOnce("unlock");
    }

    @Test
    void watch_terminal_drawnOverInPlaceAndTheScreenGivenBack() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "]}");
        daemon.raw("GET /v1/accounts", "HTTP/1.1 503 Any\r\nContent-Length: 0\r\n\r\n");
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + DEV + "]}");
        cli.terminal = true;
        var frames = new AtomicInteger();
        cli.pause = _ -> frames.incrementAndGet() <= 2;

        var result = cli.run("status", "--watch");

        assertThat(result.code()).isZero();
        assertThat(result.out()).startsWith("\u001b[?1049h\u001b[?25l").endsWith("\u001b[?25h\u001b[?1049l");
        var drawn = result.out().split("\u001b\\[H", -1);
        assertThat(drawn).hasSize(4);
        assertThat(drawn[1]).contains("prod", "Ctrl-C");
        assertThat(drawn[2]).contains("prod", "no answer, this is of just now: the daemon answered with status 503");
        assertThat(drawn[3]).contains("dev").doesNotContain("no answer");
        assertThat(result.out()).doesNotContain("\u001b[2J");
    }

    @Test
    void watch_moreAccountsThanLines_countedInsteadOfScrolled() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + (PROD + ",").repeat(30) + PROD + "]}");
        cli.terminal = true;
        cli.screen = new Screen(80, 10);

        var frame = cli.run("status", "--watch").out();

        assertThat(frame).contains("… 26 more lines");
        assertThat(frame.chars().filter(each -> each == '\n').count()).isLessThan(10);
    }

    @Test
    void watch_pipe_printedAgainOnlyWhenMoreThanTheTimeChanged() {
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD + "]}");
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + PROD.replace("3120", "3119") + "]}");
        daemon.raw("GET /v1/accounts", "HTTP/1.1 503 Any\r\nContent-Length: 0\r\n\r\n");
        daemon.raw("GET /v1/accounts", "HTTP/1.1 503 Any\r\nContent-Length: 0\r\n\r\n");
        daemon.answer("GET /v1/accounts", 200, "{\"accounts\":[" + DEV + "]}");
        var frames = new AtomicInteger();
        cli.pause = _ -> frames.incrementAndGet() <= 4;

        var result = cli.run("status", "--watch", "--output", "json");

        assertThat(result.out().lines()).hasSize(2).allMatch(line -> line.startsWith("{\"schema\":1,"));
        assertThat(result.err()).hasLineCount(1).contains("status 503");
    }

    @Test
    void progress_terminal_oneLineThatIsErased() throws Exception {
        cli.errTerminal = true;
        var err = new ByteArrayOutputStream();
        var around = cli.surroundings(OutputStream.nullOutputStream(), err);

        var took = Progress.during(around, "waiting for IBM Cloud", () -> awaited(() -> err.size() > 0));

        assertThat(took).isTrue();
        assertThat(err.toString(StandardCharsets.UTF_8))
                .startsWith("\r\u001b[Kwaiting for IBM Cloud, 1 s")
                .endsWith("\r\u001b[K");
    }

    private static boolean awaited(BooleanSupplier condition) {
        var end = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean() && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        return condition.getAsBoolean();
    }

    @Test
    void width_wideAndCombiningCharacters_countedAsTheyAreShown() {
        assertThat(Width.of("ação")).isEqualTo(4);
        assertThat(Width.of("a\u0301")).isEqualTo(1);
        assertThat(Width.of("会社")).isEqualTo(4);
        assertThat(Width.cut("会社アカウント", 7)).isEqualTo("会社ア…");
        assertThat(Width.cut("exactly", 7)).isEqualTo("exactly");
    }

    @Test
    void times_inWords() {
        var time = new TimeLeft(() -> Cli.NOW, ZoneOffset.ofHours(2));

        assertThat(time.until(Cli.NOW.plusSeconds(119), "now")).isEqualTo("in 119 s");
        assertThat(time.until(Cli.NOW.plusSeconds(3442), "now")).isEqualTo("in 57 min");
        assertThat(time.until(Cli.NOW.plusSeconds(86_400), "now")).isEqualTo("in 24 h");
        assertThat(time.until(Cli.NOW.plusSeconds(2 * 86_400), "now")).isEqualTo("in 2 days");
        assertThat(time.until(Cli.NOW, "now")).isEqualTo("now");
        assertThat(time.since(Cli.NOW.minusSeconds(200))).isEqualTo("3 min ago");
        assertThat(time.since(Cli.NOW.plusSeconds(5))).isEqualTo("just now");
        assertThat(time.date(Cli.NOW)).isEqualTo("Sun 1 Mar, 14:00");
        assertThat(time.date(Cli.NOW.plusSeconds(365 * 86_400L))).isEqualTo("1 Mar 2027, 14:00");
    }
}
