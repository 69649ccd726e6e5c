package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AuditCommandTest {
    private static final String RIGHT = "{\"ok\":true,\"records\":12,\"first_seq\":1,\"last_seq\":12,\"without_mac\":0,"
            + "\"missed\":0,\"fault\":null,\"notes\":[\"something\"]}";
    private static final String WRONG = "{\"ok\":false,\"records\":3,\"first_seq\":1,\"last_seq\":3,\"without_mac\":0,"
            + "\"missed\":0,\"fault\":{\"file\":\"/a/audit.jsonl\",\"line\":4,\"reason\":\"has a wrong MAC\"},\"notes\":[]}";
    private static final String RECORD =
            "{\"seq\":7,\"time\":\"2026-03-01T10:00:00Z\",\"uid\":1000,\"gid\":100,\"pid\":4242,"
                    + "\"clients\":[\"ci\"],\"action\":\"kube\",\"account\":\"prod\",\"cluster\":\"c1\",\"allowed\":true,\"rule\":\"ci\","
                    + "\"source\":\"cached\",\"fingerprint\":\"0123456789ab\",\"count\":41}";

    @TempDir
    Path directory;

    private FakeDaemon daemon;

    @BeforeEach
    void start() throws IOException {
        daemon = FakeDaemon.in(directory);
    }

    @AfterEach
    void stop() throws IOException {
        daemon.close();
    }

    @Test
    void verify_rightLog_saysHowManyAndExitsZero() {
        daemon.answer("GET /v1/audit/verify?from=1", 200, RIGHT);
        assertThat(Cli.on(daemon).run("audit", "verify"))
                .isEqualTo(new Cli.Result(
                        0, "note: something\n12 records, numbers 1 to 12, all as they were written\n", ""));
    }

    @Test
    void verify_wrongLog_namesTheLineAndExitsOne() {
        daemon.answer("GET /v1/audit/verify?from=5", 200, WRONG);
        assertThat(Cli.on(daemon).run("audit", "verify", "--from", "5"))
                .isEqualTo(new Cli.Result(1, "", "iam-broker: /a/audit.jsonl line 4: has a wrong MAC\n"));
        var json = Cli.on(daemon).run("audit", "verify", "--from", "5", "--output", "json");
        assertThat(json.code()).isEqualTo(1);
        assertThat(json.out()).contains("\"line\" : 4");
    }

    @Test
    void verify_noLogIsKept_isNoUnknownName() {
        daemon.answer(
                "GET /v1/audit/verify?from=1",
                404,
                "{\"type\":\"urn:iam-broker:problem:no_audit_log\",\"status\":404,\"detail\":\"no audit log is kept\"}");
        assertThat(Cli.on(daemon).run("audit", "verify"))
                .isEqualTo(new Cli.Result(1, "", "iam-broker: no audit log is kept\n"));
    }

    @Test
    void verify_fileNotThere_namesNoLine() {
        daemon.answer(
                "GET /v1/audit/verify?from=1",
                200,
                WRONG.replace(
                        "\"line\":4,\"reason\":\"has a wrong MAC\"",
                        "\"line\":null,\"reason\":\"the file is not there\""));
        assertThat(Cli.on(daemon).run("audit", "verify").err())
                .isEqualTo("iam-broker: /a/audit.jsonl: the file is not there\n");
    }

    @Test
    void verify_offline_opensTheFilesInThisProcess() {
        var cli = Cli.on(daemon);
        cli.verdict = RIGHT;
        var result = cli.run("audit", "verify", "--offline", "--config", "/c", "/a/1", "/a/2");
        assertThat(result.code()).isZero();
        assertThat(cli.daemonCalls).containsExactly("audit /c [/a/1, /a/2] 1");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void tail_follow_goesOnAfterTheLastRecord() {
        daemon.answer("GET /v1/audit/records?limit=2", 200, "{\"records\":[" + RECORD + "],\"more\":false}");
        daemon.answer(
                "GET /v1/audit/records?limit=1000&after=7",
                200,
                "{\"records\":[" + RECORD.replace("\"seq\":7", "\"seq\":8") + "],\"more\":false}");
        daemon.answer("GET /v1/audit/records?limit=1000&after=8", 200, "{\"records\":[],\"more\":false}");
        var cli = Cli.on(daemon);
        int[] looks = {2};
        cli.pause = time -> looks[0]-- > 0;
        var result = cli.run("audit", "tail", "-n", "2", "-f");
        String line = "2026-03-01T10:00:00Z  uid 1000 gid 100 pid 4242 client ci  kube prod/c1  allowed by ci"
                + "  cached 0123456789ab  times 41\n";
        assertThat(result).isEqualTo(new Cli.Result(0, line + line, ""));
    }

    @Test
    void whoHas_fingerprint_listsClients() {
        daemon.answer(
                "GET /v1/audit/holders?fingerprint=0123ab",
                200,
                "{\"holders\":[{\"uid\":1000,\"gid\":100,\"pid\":1,\"clients\":[],\"action\":\"kube\",\"account\":\"prod\","
                        + "\"cluster\":null,\"rule\":\"owner\",\"fingerprint\":\"0123ab456789\",\"count\":3,"
                        + "\"first\":\"2026-03-01T10:00:00Z\",\"last\":\"2026-03-01T10:05:00Z\"}],\"more\":false}");
        var result = Cli.on(daemon).run("audit", "who-has", "0123AB");
        assertThat(result.out().lines())
                .hasSize(2)
                .last()
                .asString()
                .contains("uid 1000 gid 100 pid 1", "kube prod", "0123ab456789", "3", "10:05:00");
    }

    /** The SHA-256 of {@code abc} begins so; the token itself goes nowhere. */
    @Test
    void whoHas_token_isFingerprintedHereAndNeverSent() {
        daemon.answer("GET /v1/audit/holders?fingerprint=ba7816bf8f01", 200, "{\"holders\":[],\"more\":false}");
        var typed = Cli.on(daemon);
        typed.typed = "Bearer abc";
        assertThat(typed.run("audit", "who-has", "-"))
                .isEqualTo(new Cli.Result(0, "no holders\n", "fingerprint ba7816bf8f01\n"));
        var piped = Cli.on(daemon);
        piped.stdin = "abc\n";
        assertThat(piped.run("audit", "who-has", "-").code()).isZero();
        assertThat(daemon.asked()).allMatch(asked -> !asked.toString().contains("abc"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "audit",
                "audit who-has",
                "audit who-has 0123",
                "audit who-has eyJsecret.canary",
                "audit tail -n 0",
                "audit tail -n 1001",
                "audit tail x",
                "audit verify --from 0",
                "audit verify /a/1",
                "audit verify -n 5",
                "audit verify --follow",
                "audit verify --config /c",
                "audit tail --offline",
                "audit tail --from 3",
                "audit tail -n some",
                "audit who-has 0123ab --follow",
                "audit who-has 0123ab --offline",
                "store"
            })
    void usage_wrong_exitsTwoInOneLineWithoutEcho(String line) {
        var result = Cli.on(daemon).run(line.split(" "));
        assertThat(result.code()).isEqualTo(2);
        assertThat(result.err()).hasLineCount(1).doesNotContain("canary");
        assertThat(daemon.asked()).isEmpty();
    }

    @Test
    void store_verifyAndRotate_areDoneInThisProcess() {
        var cli = Cli.on(daemon);
        cli.run("store", "verify", "--config", "/c");
        cli.run("store", "verify", "--output", "json");
        cli.run("--config", "/d", "store", "rotate");
        assertThat(cli.daemonCalls).containsExactly("verify /c table", "verify null json", "rotate /d table");
    }
}
