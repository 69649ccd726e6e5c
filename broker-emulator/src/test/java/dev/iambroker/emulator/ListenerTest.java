package dev.iambroker.emulator;

import static dev.iambroker.emulator.Caller.URN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.tls.ServerName;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The wire itself: framing, records, TLS, latency. */
final class ListenerTest {
    private static final String KEYS = "GET /identity/keys HTTP/1.1\r\nHost: x\r\n";

    private final Emulator emulator = Emulator.builder().keys(Keys.SHARED).start();

    @AfterEach
    void close() {
        emulator.close();
    }

    private String exchange(String bytes) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), emulator.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }

    @Test
    void pipelinedRequests_areAnsweredInTurn() throws IOException {
        String answers = exchange(KEYS + "\r\n" + KEYS + "Connection: close\r\n\r\n");

        assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(3);
        assertThat(answers).contains("Connection: close").endsWith("]}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /identity/keys\r\nHost: x\r\n\r\n",
                "GET /identity/keys HTTP/1.0\r\nHost: x\r\n\r\n",
                "GET identity HTTP/1.1\r\nHost: x\r\n\r\n",
                "GET /identity/keys HTTP/1.1\r\n\r\n",
                KEYS + "Host: y\r\n\r\n",
                KEYS + "Content-Length: 1\r\nContent-Length: 1\r\n\r\nx",
                KEYS + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\nx",
                KEYS + "Content-Length: -1\r\n\r\n",
                KEYS + "Content-Length: 99999999\r\n\r\n",
                KEYS + "Transfer-Encoding: gzip\r\n\r\n",
                KEYS + "X Y: z\r\n\r\n",
                KEYS + " folded\r\n\r\n",
                KEYS + "X: \u0001\r\n\r\n",
                "GET /identity/keys HTTP/1.1\nHost: x\n\n",
            })
    void badFraming_isRefusedAndEndsTheConnection(String bytes) throws IOException {
        assertThat(exchange(bytes)).startsWith("HTTP/1.1 400 Bad Request").contains("Connection: close");
    }

    @Test
    void chunkedBody_isPutTogether() throws IOException {
        String form = Caller.encoded("grant_type", URN + "apikey", "response_type", "cloud_iam", "apikey", "k");
        String answer = exchange(
                "POST /identity/token HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n"
                        + "Content-Type: application/x-www-form-urlencoded\r\n\r\n5\r\n" + form.substring(0, 5) + "\r\n"
                        + Integer.toHexString(form.length() - 5) + "\r\n" + form.substring(5) + "\r\n0\r\n\r\n");

        assertThat(answer).contains("BXNIM0415E");
        assertThat(emulator.requests())
                .singleElement()
                .extracting(RecordedRequest::bodyText)
                .isEqualTo(form);
    }

    @Test
    void records_keepOrderCaseAndBytes() {
        new Caller(emulator.iamUrl())
                .send(
                        "POST",
                        "/identity/token",
                        "grant_type=urn%3Aibm%3aparams:oauth:grant-type:apikey&apikey=a+b%20c",
                        "Content-Type",
                        "application/x-www-form-urlencoded",
                        "X-Request-ID",
                        "1");

        RecordedRequest request = emulator.requests().getFirst();
        assertThat(request.bodyText())
                .isEqualTo("grant_type=urn%3Aibm%3aparams:oauth:grant-type:apikey&apikey=a+b%20c");
        assertThat(request.form().names()).containsExactly("grant_type", "apikey");
        assertThat(request.form().get("apikey")).isEqualTo("a b c");
        assertThat(request.grant()).isEqualTo(GrantKind.API_KEY);
        assertThat(request.header("x-request-id")).isEqualTo("1");
        assertThat(request.listener()).isEqualTo("cloud");
        assertThat(request.toString()).doesNotContain("a b c");
        assertThat(emulator.count(GrantKind.API_KEY)).isEqualTo(1);
        emulator.clearRequests();
        assertThat(emulator.requests()).isEmpty();
        assertThat(emulator.count(GrantKind.API_KEY)).isZero();
    }

    @Test
    void latency_passesBeforeTheAnswer() {
        emulator.settings().latency(Duration.ofMillis(150));
        long start = System.nanoTime();
        new Caller(emulator.iamUrl()).get("/identity/keys");

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(150));
    }

    @Test
    void tls_trustedAuthority_isServed() throws Exception {
        try (Emulator secure = Emulator.builder().keys(Keys.SHARED).tls(true).start()) {
            assertThat(secure.iamUrl()).startsWith("https://127.0.0.1:");
            assertThat(keys(secure.iamUrl(), secure.caPem())).isEqualTo(200);
        }
        assertThat(keys(emulator.listenTls(true, ServerName.LOOPBACK), emulator.caPem()))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({"false,LOOPBACK", "true,ELSEWHERE", "true,EXPIRED"})
    void tls_certificateThatDoesNotHold_isNotTrusted(boolean trusted, ServerName serverName) {
        String url = emulator.listenTls(trusted, serverName);

        assertThatThrownBy(() -> keys(url, emulator.caPem())).isInstanceOf(SSLException.class);
        assertThat(emulator.requests()).isEmpty();
    }

    private static int keys(String base, String caPem) throws Exception {
        try (HttpClient http = KubeApiTest.trusting(caPem)) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/identity/keys"))
                    .timeout(Caller.PATIENCE)
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode();
        }
    }

    @Test
    void builder_portInUse_saysSo() {
        assertThatThrownBy(() -> Emulator.builder()
                        .keys(Keys.SHARED)
                        .port(emulator.port())
                        .start())
                .hasMessageContaining("cannot listen on 127.0.0.1:" + emulator.port());
    }
}
