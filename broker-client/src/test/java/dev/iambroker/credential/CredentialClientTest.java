package dev.iambroker.credential;

import static dev.iambroker.credential.Answers.CREDENTIAL;
import static dev.iambroker.credential.Answers.answer;
import static dev.iambroker.credential.Answers.ok;
import static dev.iambroker.credential.Answers.problem;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What a caller sees of the exec plugin when a daemon answers. */
@ParameterizedClass
@EnumSource(Implementation.class)
final class CredentialClientTest {

    private static final String USER_AGENT =
            "User-Agent: iam-broker-credential/" + Implementation.property("project.version");

    private final Implementation implementation;

    @TempDir
    Path directory;

    CredentialClientTest(Implementation implementation) {
        this.implementation = implementation;
    }

    private Path socket() {
        return directory.resolve("broker.sock");
    }

    private ClientRun client(String... arguments) {
        return new ClientRun(directory, implementation.command(), arguments)
                .with("IAM_BROKER_SOCKET", socket().toString());
    }

    private ClientRun.Result answered(byte[] answer) throws Exception {
        try (var daemon = FakeDaemon.answering(socket(), answer)) {
            var result = client().run();
            assertThat(daemon.requestText()).startsWith("POST ");
            return result;
        } finally {
            Files.delete(socket());
        }
    }

    private ClientRun.Result answered(String answer) throws Exception {
        return answered(answer.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void credential_isPrintedExactly() throws Exception {
        answered(ok(CREDENTIAL)).printed(CREDENTIAL);
        answered(ok(CREDENTIAL + "\n")).printed(CREDENTIAL + "\n");
        answered(ok("\u00fc \u001b\r\n")).printed("\u00fc \u001b\r\n");
    }

    @Test
    void credential_atTheSizeLimit_isPrintedExactly() throws Exception {
        var large = "x".repeat(1024 * 1024);
        answered(ok(large)).printed(large);
    }

    @Test
    void credential_withoutLength_isPrintedWhenItsJsonIsWhole() throws Exception {
        answered("HTTP/1.0 200\r\n\r\n" + CREDENTIAL + "\n").printed(CREDENTIAL + "\n");
    }

    @Test
    void request_withAllOptions_hasExactlyTheseBytes() throws Exception {
        try (var daemon = FakeDaemon.answering(socket(), ok(CREDENTIAL))) {
            client("--account", "prod", "--cluster", "c1", "--wait", "9s")
                    .with("KUBERNETES_EXEC_INFO", "{\"a\": 1}\n")
                    .run()
                    .printed(CREDENTIAL);
            assertThat(daemon.requestText())
                    .isEqualTo("POST /v1/kube-credential?account=prod&cluster=c1&wait=9 HTTP/1.1\r\nHost: localhost\r\n"
                            + USER_AGENT + "\r\nContent-Type: application/json\r\nConnection: close\r\n"
                            + "Content-Length: 9\r\n\r\n{\"a\": 1}\n");
        }
    }

    @Test
    void request_withoutOptions_hasNoQueryAndNoBody() throws Exception {
        try (var daemon = FakeDaemon.answering(socket(), ok(CREDENTIAL))) {
            client().run().printed(CREDENTIAL);
            assertThat(daemon.requestText())
                    .startsWith("POST /v1/kube-credential HTTP/1.1\r\n")
                    .endsWith("\r\nContent-Length: 0\r\n\r\n");
        }
    }

    @Test
    void request_query_isPercentEncoded() throws Exception {
        assertThat(target("--account", "a b&c=d/%+?#\"'", "--cluster=A-z_0.9~=="))
                .isEqualTo("/v1/kube-credential?account=a%20b%26c%3Dd%2F%25%2B%3F%23%22%27&cluster=A-z_0.9~%3D%3D");
    }

    @Test
    void arguments_ofTheLauncherAndWithEqualsSign_areTaken() throws Exception {
        assertThat(target("kube-credential", "--cluster=kube-credential", "--wait=PT1M"))
                .isEqualTo("/v1/kube-credential?cluster=kube-credential&wait=60");
        assertThat(target("--wait", "1m", "--account", "a", "--account", "b"))
                .isEqualTo("/v1/kube-credential?account=b&wait=60");
        assertThat(target("--wait=PT0M5S")).isEqualTo("/v1/kube-credential?wait=5");
    }

    private String target(String... arguments) throws Exception {
        try (var daemon = FakeDaemon.answering(socket(), ok(CREDENTIAL))) {
            client(arguments).run().printed(CREDENTIAL);
            return daemon.requestText().split(" ")[1];
        } finally {
            Files.delete(socket());
        }
    }

    @Test
    void execInfo_ofEveryByte_arrivesUnchanged() throws Exception {
        var info = new byte[64 * 1024];
        for (int i = 0; i < info.length; i++) {
            info[i] = (byte) (1 + i % 255);
        }
        Files.write(directory.resolve("info"), info);
        try (var daemon = FakeDaemon.answering(socket(), ok(CREDENTIAL))) {
            client().through("export KUBERNETES_EXEC_INFO=\"$(cat " + directory + "/info)\"; exec \"$@\"")
                    .run()
                    .printed(CREDENTIAL);
            var request = daemon.request();
            assertThat(request).endsWith(info);
            assertThat(new String(request, StandardCharsets.ISO_8859_1)).contains("\r\nContent-Length: 65536\r\n\r\n");
        }
    }

    @Test
    void execInfo_aboveTheLimit_isRefusedWithoutConnecting() throws Exception {
        client().with("KUBERNETES_EXEC_INFO", "x".repeat(64 * 1024 + 1))
                .run()
                .failed(2, "KUBERNETES_EXEC_INFO is larger than the 64 KiB that the daemon takes");
    }

    @Test
    void status_decidesTheExitCode() throws Exception {
        var expected = new TreeMap<>(Map.of(400, 2, 401, 5, 403, 5, 404, 7, 409, 4, 423, 4, 503, 6, 504, 6));
        expected.putAll(Map.of(201, 1, 204, 1, 302, 1, 413, 1, 421, 1, 422, 1, 429, 1, 500, 1, 502, 1, 599, 1));
        for (var entry : expected.entrySet()) {
            answered(problem(entry.getKey(), "{\"detail\":\"why\"}")).failed(entry.getValue(), "why");
        }
    }

    @Test
    void problem_hint_followsUnlessTheDetailSaysIt() throws Exception {
        answered(problem(409, "{\"detail\":\"needs a login\",\"hint\":\"run 'iam-broker login prod'\",\"status\":409}"))
                .failed(4, "needs a login (run 'iam-broker login prod')");
        answered(problem(409, "{\"hint\":\"log in\",\"detail\":\"now log in again\"}"))
                .failed(4, "now log in again");
        answered(problem(409, "{\"hint\":null,\"detail\":\"d\"}")).failed(4, "d");
        answered(problem(409, "{\"hint\":\"\",\"detail\":\"d\"}")).failed(4, "d");
    }

    @Test
    void problem_escapesAndNesting_areRead() throws Exception {
        answered(problem(
                        404,
                        "{\"x\":{\"detail\":\"no\",\"y\":[{\"detail\":\"no\"}]},\"de\\u0074ail\":\"\\\"\\\\\\/ \\u00fc\\ud83d\\ude00"
                                + " \u00fc\",\"n\":[1.5e3,true,false,null,[]]}"))
                .failed(7, "\"\\/ \u00fc\ud83d\ude00 \u00fc");
        answered(problem(404, "{\"detail\":\"\\ud83d \\ude00\\ud83dx\"}")).failed(7, "\ufffd \ufffd\ufffdx");
    }

    @Test
    void problem_withoutReadableDetail_namesTheStatus() throws Exception {
        var line = "the daemon answered with HTTP status 503 and no reason: see its log";
        answered(answer(503, "text/html", "<html>")).failed(6, line);
        answered(problem(503, "")).failed(6, line);
        answered(problem(503, "{\"title\":\"x\",\"detail\":7}")).failed(6, line);
        answered(problem(503, "{\"detail\":\"breaks off")).failed(6, line);
        answered(problem(503, "{\"detail\":\"raw\ncontrol\"}")).failed(6, line);
        answered(problem(503, "{\"detail\":\"x\"} and more")).failed(6, line);
        answered(problem(503, "{\"a\":" + "[".repeat(100_000))).failed(6, line);
    }

    @Test
    void problem_controlCharacters_cannotDriveTheTerminal() throws Exception {
        answered(
                        problem(
                                403,
                                "{\"detail\":\"a\\u001b[31mb\\r\\nc\\u0000\\u0007\\u009b2Jd\\u202eevil\\u2028e\\ufefff\\u007f\"}"))
                .failed(5, "a[31mb  c2Jdevilef");
        answered(problem(403, "{\"detail\":\"a\u009b2J\u202eb\",\"hint\":\"\\u001b]0;title\\u0007\"}"))
                .failed(5, "a2Jb (]0;title)");
    }

    @Test
    void problem_brokenUtf8_becomesQuestionMarks() throws Exception {
        var body = "{\"detail\":\"\u00c0\u0080 \u00ff \u00ed\u00a0\u0080 \u00e2\u0082\"}";
        answered(("HTTP/1.1 403 No\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)
                        .getBytes(StandardCharsets.ISO_8859_1))
                .failed(5, "?? ? ??? ??");
    }

    @Test
    void problem_longDetail_isCut() throws Exception {
        answered(problem(403, "{\"detail\":\"" + "d".repeat(5000) + "\",\"hint\":\"" + "h".repeat(5000) + "\"}"))
                .failed(5, "d".repeat(1024) + " (" + "h".repeat(1024) + ")");
    }

    @Test
    void answer_thatCannotBeTrusted_printsNothing() throws Exception {
        for (var entry : UntrustedAnswers.ALL.entrySet()) {
            answered(entry.getKey())
                    .failed(
                            1,
                            "the daemon's answer cannot be used, " + entry.getValue()
                                    + ": check that the socket is the broker's, and see its log");
        }
    }

    @Test
    void answer_missing_isSaid() throws Exception {
        answered("").failed(1, "the daemon closed the connection without an answer: see its log");
    }

    @Test
    void answer_beforeTheRequestWasRead_isTaken() throws Exception {
        try (var _ = FakeDaemon.scripted(
                socket(),
                client -> FakeDaemon.write(
                        client, problem(429, "{\"detail\":\"slow down\"}").getBytes(StandardCharsets.UTF_8)))) {
            client().with("KUBERNETES_EXEC_INFO", "x".repeat(60_000)).run().failed(1, "slow down");
        }
    }

    @Test
    void answer_inSmallPieces_isPutTogether() throws Exception {
        try (var _ = FakeDaemon.scripted(socket(), client -> {
            FakeDaemon.readRequest(client);
            for (byte b : ok(CREDENTIAL).getBytes(StandardCharsets.UTF_8)) {
                FakeDaemon.write(client, new byte[] {b});
            }
        })) {
            client().run().printed(CREDENTIAL);
        }
    }

    @Test
    void answer_longerThanItsLength_endsThere() throws Exception {
        answered(ok(CREDENTIAL) + "HTTP/1.1 500 More\r\n\r\n").printed(CREDENTIAL);
    }

    @Test
    void stdout_full_isAFailure() throws IOException, InterruptedException {
        try (var _ = FakeDaemon.answering(socket(), ok(CREDENTIAL))) {
            client().toStdout(Path.of("/dev/full"))
                    .run()
                    .failed(1, "cannot write to stdout: the credential was not delivered");
        }
    }

    @Test
    void stdout_closed_isAFailureAndNothingTakesItsPlace() throws Exception {
        assertThat(sentBesidesTheRequest(ok(CREDENTIAL), "exec \"$@\" >&-")).isEqualTo(-1);
    }

    @Test
    void stderr_closed_isAFailureAndNothingTakesItsPlace() throws Exception {
        assertThat(sentBesidesTheRequest("no HTTP\r\n", "exec \"$@\" 2>&-")).isEqualTo(-1);
    }

    /** The first byte after the request, -1 when there is none: a socket in the place of stdout or stderr gets it all. */
    private int sentBesidesTheRequest(String answer, String shellScript) throws Exception {
        var next = new CompletableFuture<Integer>();
        try (var _ = FakeDaemon.scripted(socket(), client -> {
            FakeDaemon.readRequest(client);
            FakeDaemon.write(client, answer.getBytes(StandardCharsets.UTF_8));
            next.complete(client.read(ByteBuffer.allocate(1)));
        })) {
            assertThat(client().through(shellScript).run().exitCode()).isEqualTo(1);
            return next.get(10, TimeUnit.SECONDS);
        }
    }
}
