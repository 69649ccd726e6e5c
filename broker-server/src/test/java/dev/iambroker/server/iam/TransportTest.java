package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.account.Cloud;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the road to IAM can do to an exchange. */
final class TransportTest {
    private static final SelfSigned CERTIFICATE = SelfSigned.shared();
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final Grant GRANT = new Grant.ApiKey(Secret.of("canary-key"), null, false);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\":",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"acc"
            })
    void request_serverStalls_endsAtTheDeadlineAndHangsUp(String start) throws InterruptedException {
        try (RawServer server = new RawServer().thenStall(start);
                Wire wire = Wire.to(server.uri(), SHORT)) {
            IamFailure failure = retryOf(wire);

            assertThat(failure).hasMessage("IAM at " + server.authority() + " did not answer within 0.3 s");
            server.awaitClosedByPeer();
            assertThat(wire.heard).containsExactly("apikey error");
        }
    }

    @Test
    void request_serverIsSlowButInTime_isAnswered() {
        String body = "{\"access_token\":\"a\",\"expires_in\":60}";
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server.uri(), Duration.ofSeconds(20))) {
            server.then(socket -> {
                String answer = "HTTP/1.1 200 OK\r\nContent-Length: " + body.length() + "\r\n\r\n" + body;
                for (byte each : answer.getBytes(StandardCharsets.US_ASCII)) {
                    socket.getOutputStream().write(each);
                    socket.getOutputStream().flush();
                }
            });

            IamAnswer answer = wire.iam.request(wire.account, GRANT);

            assertThat(answer.access()).isNotNull();
            assertThat(wire.heard).containsExactly("apikey 200");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200",
                "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"access_token\":\"a\"",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"acc"
            })
    void request_answerCutOff_retries(String start) {
        try (RawServer server = new RawServer().thenSend(start);
                Wire wire = Wire.to(server.uri(), Wire.PATIENT)) {
            IamFailure failure = retryOf(wire);

            assertThat(failure).hasMessageContaining("closed the connection before the answer was whole");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void request_connectionReset_retries() {
        try (RawServer server = new RawServer().then(socket -> socket.setSoLinger(true, 0));
                Wire wire = Wire.to(server.uri(), Wire.PATIENT)) {
            IamFailure failure = retryOf(wire);

            assertThat(failure).hasMessage("IAM at " + server.authority() + " reset the connection");
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void request_connectionRefused_saysSo() throws IOException {
        int port = closedPort();
        try (Wire wire = Wire.to(URI.create("http://127.0.0.1:" + port), Wire.PATIENT)) {
            assertThat(retryOf(wire)).hasMessage("IAM at 127.0.0.1:" + port + " refused the connection");
        }
    }

    @Test
    void request_passcodeLost_saysThatItMayBeSpent() {
        try (RawServer server = new RawServer().thenSend("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{");
                Wire wire = Wire.to(server.uri(), Wire.PATIENT)) {
            assertThat(passcodeFailure(wire)).hasMessageContaining("the passcode may be spent");
        }
    }

    @Test
    void request_passcodeNeverSent_isNotCalledSpent() throws IOException {
        try (Wire wire = Wire.to(URI.create("http://127.0.0.1:" + closedPort()), Wire.PATIENT)) {
            assertThat(passcodeFailure(wire))
                    .hasMessageContaining("refused the connection")
                    .hasMessageNotContaining("spent");
        }
    }

    private static IamFailure passcodeFailure(Wire wire) {
        Grant passcode = new Grant.Passcode(Secret.of("one-time"), null);
        return catchThrowableOfType(IamFailure.Retry.class, () -> wire.iam.request(wire.account, passcode));
    }

    @ParameterizedTest
    @ValueSource(strings = {"not http at all\r\n\r\n", "HTTP/1.1 abc\r\n\r\n"})
    void request_notHttp_retriesWithoutQuoting(String bytes) {
        try (RawServer server = new RawServer().thenSend(bytes);
                Wire wire = Wire.to(server.uri(), Wire.PATIENT)) {
            assertThat(retryOf(wire)).hasMessageNotContaining("not http at all").hasMessageNotContaining("abc");
        }
    }

    @Test
    void request_oversizeAnswer_isCutOff() {
        String head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server.uri(), Wire.PATIENT)) {
            server.then(socket -> {
                socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
                byte[] chunk = ("1000\r\n" + " ".repeat(4096) + "\r\n").getBytes(StandardCharsets.US_ASCII);
                while (true) {
                    socket.getOutputStream().write(chunk);
                }
            });

            assertThat(retryOf(wire)).hasMessageContaining("answered more than any true answer holds");
        }
    }

    @Test
    void request_untrustedCertificate_namesTheRemedy() {
        try (RawServer server = new RawServer("https", CERTIFICATE.serverSockets());
                Wire wire = Wire.to(server.uri(), Wire.PATIENT)) {
            IamFailure failure = retryOf(wire);

            assertThat(failure)
                    .hasMessage(
                            "IAM at " + server.authority()
                                    + " failed TLS: certificate not trusted; if it should be, add its CA under endpoints.ca-file");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void request_certificateInCaFile_isTrusted() {
        try (RawServer server = new RawServer("https", CERTIFICATE.serverSockets());
                Wire wire = Wire.to(trusting(server.uri()))) {
            server.thenAnswer(200, "{\"access_token\":\"a\",\"expires_in\":60}");

            assertThat(wire.iam.request(wire.account, GRANT).access()).isNotNull();
        }
    }

    @Test
    void request_certificateForAnotherHost_isRefusedAlthoughTrusted() {
        try (RawServer server = new RawServer("https", CERTIFICATE.serverSockets());
                Wire wire = Wire.to(trusting(URI.create(server.uri().toString().replace("127.0.0.1", "localhost"))))) {
            assertThat(retryOf(wire)).hasMessageContaining("failed TLS: its certificate is for another host");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void request_plainServerBehindHttps_failsTheHandshake() throws Exception {
        try (ServerSocket plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Wire wire = Wire.to(URI.create("https://127.0.0.1:" + plain.getLocalPort()), Wire.PATIENT)) {
            Thread server = Thread.ofVirtual().start(() -> speakFirst(plain));

            assertThat(retryOf(wire)).hasMessageContaining("failed the TLS handshake");
            server.join();
        }
    }

    private static void speakFirst(ServerSocket plain) {
        try (Socket socket = plain.accept()) {
            socket.getOutputStream().write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void connections_missingCaFile_namesIt(@TempDir Path dir) {
        Path missing = dir.resolve("missing.pem");
        Endpoints endpoints = new Endpoints(Cloud.IBM_CLOUD, null, null, null, null, missing);

        IllegalArgumentException failure =
                catchThrowableOfType(IllegalArgumentException.class, () -> Wire.to(endpoints));

        assertThat(failure).hasMessageContaining(missing.toString()).hasMessageContaining("PEM");
    }

    private static Endpoints trusting(URI iam) {
        return new Endpoints(Cloud.IBM_CLOUD, iam, null, null, null, CERTIFICATE.pem());
    }

    private static IamFailure retryOf(Wire wire) {
        IamFailure failure = catchThrowableOfType(IamFailure.Retry.class, () -> wire.iam.request(wire.account, GRANT));
        assertThat(failure).hasNoCause().hasMessageNotContaining("canary-key");
        assertThat(failure.status()).isEqualTo(IamFailure.NO_STATUS);
        return failure;
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
