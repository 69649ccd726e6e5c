package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.policy.Fact;
import dev.iambroker.server.http.FakeBroker;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Over real sockets: what one client does to another, and what TCP lets in. */
final class ServingTest {
    private static final String BEARER = "Authorization: Bearer " + TestServer.SECRET + "\r\n";
    private static final String TOKEN = "GET /v1/accounts/prod/token HTTP/1.1\r\nHost: localhost\r\n";

    private final FakeBroker broker = new FakeBroker();
    private final TestServer server = new TestServer(broker);

    @TempDir
    Path temp;

    private Path path = Path.of("unset");

    @BeforeEach
    void choosePath() {
        path = temp.resolve("run/broker.sock");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void pipelined_64BlockingAndWarm_answeredInOrder() throws IOException {
        server.listen(UnixSocket.privateAt(path));
        broker.isWarm = false;
        StringBuilder requests = new StringBuilder();
        for (int i = 0; i < 32; i++) {
            requests.append(TOKEN).append("\r\n").append("GET /missing HTTP/1.1\r\nHost: x\r\n\r\n");
        }

        try (RawClient client = RawClient.unix(path)) {
            client.send(requests.toString());
            for (int i = 0; i < 32; i++) {
                assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
                assertThat(client.readAnswer()).startsWith("HTTP/1.1 404 ");
            }
        }
    }

    @Test
    void pipelined_moreThanSocketsHold_allAnsweredToASlowReader() throws Exception {
        server.listen(UnixSocket.privateAt(path));
        int count = 20_000;
        try (RawClient client = RawClient.unix(path)) {
            Thread sender = Thread.ofVirtual().start(() -> sendAll(client, (TOKEN + "\r\n").repeat(count)));
            for (int i = 0; i < count; i++) {
                assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
            }
            sender.join();
        }
    }

    private static void sendAll(RawClient client, String bytes) {
        try {
            client.send(bytes);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void hangingRequests_othersAreServed() throws Exception {
        server.listen(UnixSocket.privateAt(path));
        CountDownLatch entered = new CountDownLatch(50);
        CountDownLatch gate = new CountDownLatch(1);
        broker.isWarm = false;
        broker.blocking = () -> {
            entered.countDown();
            TestServer.await(gate);
        };
        List<RawClient> hanging = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            RawClient client = RawClient.unix(path);
            client.send(TOKEN + "\r\n");
            hanging.add(client);
        }
        assertThat(entered.await(20, TimeUnit.SECONDS)).isTrue();

        try (RawClient quick = RawClient.unix(path);
                RawClient silent = RawClient.unix(path)) {
            assertThat(silent).isNotNull();
            quick.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(quick.readAnswer()).startsWith("HTTP/1.1 200 OK");
        }
        gate.countDown();
        for (RawClient client : hanging) {
            assertThat(client.readAnswer()).contains(FakeBroker.TOKEN);
            client.close();
        }
    }

    @Test
    void clientLeavesDuringRequest_othersAreServedAndItsPlaceIsFree() throws Exception {
        server.listen(UnixSocket.privateAt(path));
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        broker.isWarm = false;
        broker.blocking = () -> {
            entered.countDown();
            TestServer.await(gate);
        };
        RawClient leaving = RawClient.unix(path);
        leaving.send(TOKEN + "\r\n");
        assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
        leaving.close();

        try (RawClient other = RawClient.unix(path)) {
            other.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(other.readAnswer()).startsWith("HTTP/1.1 200 OK");
            gate.countDown();
        }
        server.awaitOpen(0);
    }

    @Test
    void onlyInputEnded_stillAnswered() throws IOException {
        server.listen(UnixSocket.privateAt(path));
        broker.isWarm = false;
        try (RawClient client = RawClient.unix(path)) {
            client.send(TOKEN + "\r\n");
            client.endOutput();

            assertThat(client.readToEnd()).contains(FakeBroker.TOKEN);
        }
    }

    /** Its kernel resets the connection while the answer is sent: whoever asks and goes must not fill the log. */
    @Test
    void overTcp_clientGoneBeforeItsLastAnswer_endsWithoutALine() throws Exception {
        int port = server.listenOnLoopback().port();
        try (CapturedLog log = new CapturedLog(Connection.class)) {
            for (int i = 0; i < 20; i++) {
                try (RawClient leaving = RawClient.tcp(port)) {
                    leaving.send("GET /livez HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
                }
            }
            ask(port);
            server.awaitOpen(0);
            assertThat(log.lines()).isEmpty();
        }
    }

    private static void ask(int port) throws IOException {
        try (RawClient client = RawClient.tcp(port)) {
            client.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void bodyTooLarge_answerArrivesAlthoughMoreIsSent() throws IOException {
        int port = server.listenOnLoopback().port();
        try (RawClient client = RawClient.tcp(port)) {
            client.send("POST /v1/kube-credential HTTP/1.1\r\nHost: localhost\r\n" + BEARER
                    + "Content-Length: 1000000\r\n\r\n" + "x".repeat(200_000));

            assertThat(client.readAnswer()).startsWith("HTTP/1.1 413 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/accounts|localhost|BEARER|200",
                "/v1/accounts|localhost:PORT|BEARER|200",
                "/v1/accounts|127.0.0.1:PORT|BEARER|200",
                "/v1/accounts|localhost:1|BEARER|421",
                "/v1/accounts|evil.example|BEARER|421",
                "/v1/accounts|localhost||401",
                "/v1/accounts|localhost|Authorization: Bearer wrong~|401",
                "/v1/accounts|localhost|Origin: http://localhost~BEARER|403",
                "/v1/accounts|evil.example|Origin: http://evil.example~|421",
                "/livez|localhost||200",
                "/readyz|localhost||200",
                "/metrics|localhost||401",
                "/metrics|localhost|BEARER|200",
                "/nothing|localhost||401",
                "/nothing|localhost|BEARER|404",
            })
    void loopback_accessRules(String target, String host, String fields, int status) throws IOException {
        int port = server.listenOnLoopback().port();
        String more = fields == null ? "" : fields.replace("~", "\r\n").replace("BEARER", BEARER);
        try (RawClient client = RawClient.tcp(port)) {
            client.send(
                    "GET " + target + " HTTP/1.1\r\nHost: " + host.replace("PORT", "" + port) + "\r\n" + more + "\r\n");

            assertThat(client.readAnswer()).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    @Test
    void loopback_secret_clientIsItsOwnerWithoutPeer() throws IOException {
        int port = server.listenOnLoopback().port();
        try (RawClient client = RawClient.tcp(port)) {
            client.send(TOKEN + BEARER + "\r\n");
            client.readAnswer();
        }

        assertThat(broker.clients.getFirst().peer()).isNull();
        assertThat(broker.clients.getFirst().provenClients()).containsExactly("ci");
    }

    @Test
    void loopback_addressOfTheNetwork_refused() {
        InetSocketAddress everywhere = new InetSocketAddress(0);

        assertThatThrownBy(() -> server.listenOnLoopback(everywhere))
                .isInstanceOf(ListenFailure.class)
                .hasMessageContaining("can be reached from other machines");
    }

    @Test
    void loopback_portTaken_refused() {
        int port = server.listenOnLoopback().port();

        assertThatThrownBy(() -> server.listenOnLoopback(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                .isInstanceOf(ListenFailure.class)
                .hasMessageContaining(Integer.toString(port));
    }

    @ParameterizedTest
    @CsvSource({
        "/livez,localhost,200",
        "/readyz,broker.example,200",
        "/metrics,broker.example,200",
        "/metrics,other.example,421",
        "/readyz/prod,localhost,404",
        "/v1/accounts,localhost,404"
    })
    void metricsListener_threeRoutesWithoutSecret(String target, String host, int status) throws IOException {
        int port = server.listenForMetrics().port();
        try (RawClient client = RawClient.tcp(port)) {
            client.send("GET " + target + " HTTP/1.1\r\nHost: " + host + "\r\n\r\n");

            assertThat(client.readAnswer()).startsWith("HTTP/1.1 " + status + " ");
        }
    }

    /** What one program opens over TCP, which names no user, is no other's loss. */
    @Test
    void tcpFlood_unixSocketIsServed() throws Exception {
        TestServer small = new TestServer(broker, new ConnectionLimits(50, 60));
        List<RawClient> flood = new ArrayList<>();
        try (small) {
            int port = small.listenOnLoopback().port();
            int metrics = small.listenForMetrics().port();
            small.listen(UnixSocket.privateAt(path));
            for (int i = 0; i < 200; i++) {
                flood.add(RawClient.tcp(i % 2 == 0 ? port : metrics));
            }
            small.awaitOpen(60);
            try (RawClient unix = RawClient.unix(path)) {
                unix.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
                assertThat(unix.readAnswer()).startsWith("HTTP/1.1 200 OK");
            }
        } finally {
            for (RawClient client : flood) {
                client.close();
            }
        }
    }

    @Test
    void askedForItsProgram_thisProcess_isAttestedAndServed() throws Exception {
        broker.facts = EnumSet.allOf(Fact.class);
        server.listen(UnixSocket.privateAt(path));
        try (RawClient client = RawClient.unix(path)) {
            for (int i = 0; i < 2; i++) {
                client.send(TOKEN + "\r\n");
                assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
            }
        }
        Path self = Path.of("/proc/self/exe").toRealPath();
        assertThat(broker.clients.getLast().peer()).satisfies(peer -> {
            assertThat(peer).isNotNull();
            assertThat(peer.program()).satisfies(program -> {
                assertThat(program).isNotNull();
                assertThat(program.exe()).isEqualTo(self.toString());
                assertThat(program.exeSha256()).hasSize(64);
            });
        });
    }

    @Test
    void askedForItsProgram_overTcp_hasNone() throws Exception {
        broker.facts = EnumSet.allOf(Fact.class);
        int port = server.listenOnLoopback().port();
        try (RawClient client = RawClient.tcp(port)) {
            client.send(TOKEN + BEARER + "\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 403 ");
        }
    }

    /** Whoever has no secret gets no memory for a body. */
    @ParameterizedTest
    @CsvSource({"localhost,'',401", "other.example,'',421", "localhost,'Origin: http://x\\r\\n',403"})
    void loopback_refusedByItsHead_beforeTheBodyCame(String host, String fields, int status) throws Exception {
        int port = server.listenOnLoopback().port();
        try (RawClient client = RawClient.tcp(port)) {
            client.send("POST /v1/kube-credential HTTP/1.1\r\nHost: " + host + "\r\n" + fields.translateEscapes()
                    + "Expect: 100-continue\r\nContent-Length: 60000\r\n\r\n");
            assertThat(client.readToEnd())
                    .startsWith("HTTP/1.1 " + status + " ")
                    .contains("Connection: close")
                    .doesNotContain("100 Continue");
        }
    }

    @Test
    void tooManyConnections_turnedAwayUntilOneLeaves() throws Exception {
        TestServer small = new TestServer(broker, new ConnectionLimits(2, 3));
        try (small) {
            small.listen(UnixSocket.privateAt(path));
            RawClient first = RawClient.unix(path);
            try (RawClient second = RawClient.unix(path)) {
                assertThat(second).isNotNull();
                small.awaitOpen(2);
                try (RawClient third = RawClient.unix(path)) {
                    assertThat(third.readToEnd()).startsWith("HTTP/1.1 503 ").contains("problem:overloaded");
                }
                first.close();
                small.awaitOpen(1);
                try (RawClient fourth = RawClient.unix(path)) {
                    fourth.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
                    assertThat(fourth.readAnswer()).startsWith("HTTP/1.1 200 OK");
                }
            }
        }
    }
}
