package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.server.http.FakeBroker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InheritedSocketTest {
    private static final String LIVEZ = "GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n";

    private final TestServer server = new TestServer(new FakeBroker());

    @TempDir
    private Path temp;

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void unix_whoCameBeforeTheBroker_isServed() throws Exception {
        Path path = temp.resolve("broker.sock");
        int descriptor = Opened.unix(path);
        try (RawClient early = RawClient.unix(path)) {
            early.send(LIVEZ);
            InheritedSocket socket = InheritedSocket.of(descriptor);
            assertThat(socket.isUnix()).isTrue();
            assertThat(socket.path()).isEqualTo(path);

            server.listen(socket);

            assertThat(early.readAnswer()).startsWith("HTTP/1.1 200 OK");
            try (RawClient late = RawClient.unix(path)) {
                late.send(LIVEZ);
                assertThat(late.readAnswer()).startsWith("HTTP/1.1 200 OK");
            }
        }
    }

    /** It is the manager's, who passes it to the next broker. */
    @Test
    void unix_closed_fileStays() throws Exception {
        Path path = temp.resolve("broker.sock");
        SocketListener listener = server.listen(InheritedSocket.of(Opened.unix(path)));

        listener.close(Duration.ZERO);

        assertThat(path).exists();
    }

    @Test
    void loopback_inheritedPort_isServed() throws Exception {
        SocketListener listener = server.listenOnLoopback(InheritedSocket.of(Opened.tcp()));
        assertThat(listener.port()).isPositive();
        try (RawClient client = RawClient.tcp(listener.port())) {
            client.send("GET /livez HTTP/1.1\r\nHost: 127.0.0.1:" + listener.port() + "\r\n\r\n");
            assertThat(client.readAnswer()).startsWith("HTTP/1.1 200 OK");
        }
    }

    @Test
    void of_whatIsNotListenedOn_refused() throws IOException {
        int descriptor = Opened.datagrams();
        try {
            assertThatThrownBy(() -> InheritedSocket.of(descriptor))
                    .isInstanceOf(ListenFailure.class)
                    .hasMessageContaining("ListenStream=");
        } finally {
            Opened.close(descriptor);
        }
    }

    @Test
    void of_whatIsNotOpen_refused() {
        assertThatThrownBy(() -> InheritedSocket.of(100_000))
                .isInstanceOf(ListenFailure.class)
                .hasMessageContaining("descriptor 100000");
    }
}
