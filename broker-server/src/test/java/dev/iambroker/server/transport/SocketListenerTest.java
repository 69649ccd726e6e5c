package dev.iambroker.server.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.iambroker.client.Peer;
import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.os.ProcFs;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SocketListenerTest {
    private final FakeBroker broker = new FakeBroker();
    private final TestServer server = new TestServer(broker);

    @TempDir
    Path temp;

    private Path directory = Path.of("unset");
    private Path path = directory;

    @BeforeEach
    void choosePath() {
        directory = temp.resolve("run");
        path = directory.resolve("broker.sock");
    }

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void unix_curlAsksForToken_getsIt() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "curl is not installed");
        server.listen(UnixSocket.privateAt(path));

        Process curl = new ProcessBuilder(
                        "/usr/bin/curl",
                        "-sS",
                        "-i",
                        "--unix-socket",
                        path.toString(),
                        "http://localhost/v1/accounts/prod/token")
                .redirectErrorStream(true)
                .start();
        String output = new String(curl.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(curl.waitFor()).isZero();
        assertThat(output)
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Cache-Control: no-store\r\n")
                .endsWith("{\"access_token\":\"" + FakeBroker.TOKEN
                        + "\",\"token_type\":\"Bearer\",\"expires_in\":1234,\"expiration\":1772366400,"
                        + "\"scope\":\"ibm openid\",\"account\":\"prod\",\"kind\":\"access\"}");
    }

    @Test
    void unix_connect_peerIsThisProcess() throws Exception {
        server.listen(UnixSocket.privateAt(path));

        try (RawClient client = RawClient.unix(path)) {
            client.send("GET /v1/accounts HTTP/1.1\r\nHost: x\r\n\r\n");
            client.readAnswer();
        }

        Peer peer = broker.clients.getFirst().peer();
        Path self = Path.of("/proc/self");
        assertThat(peer).isNotNull();
        assertThat(peer.pid()).isEqualTo((int) ProcessHandle.current().pid());
        assertThat(peer.uid()).isEqualTo(Files.getAttribute(self, "unix:uid"));
        assertThat(peer.gid()).isEqualTo(Files.getAttribute(self, "unix:gid"));
        assertThat(peer.groups()).isEqualTo(new ProcFs().groups(peer.pid()));
        assertThat(peer.startTime()).isPositive();
    }

    /** More than a socket holds: the kernel has to tell several times that there is room again. */
    @Test
    void unix_clientEndedItsSendingSide_getsAllThatItIsOwed() throws Exception {
        server.listen(UnixSocket.privateAt(path));

        try (RawClient client = RawClient.unix(path)) {
            client.send("GET /v1/accounts/prod/token HTTP/1.1\r\nHost: x\r\n\r\n".repeat(3000));
            client.endOutput();
            // Far more than the socket holds: the server waits for room before anything is read.
            TestServer.awaitUntil("a hundred are answered", () -> broker.asked.size() > 100);

            assertThat(client.readToEnd().split("HTTP/1.1 200 OK", -1)).hasSize(3001);
        }
    }

    @Test
    void unix_directoryMissing_isMadePrivateAndSocketHasItsMode() throws Exception {
        server.listen(new UnixSocket(path, PosixFilePermissions.fromString("rw-rw----"), null));

        assertThat(mode(directory)).isEqualTo("rwx------");
        assertThat(mode(path)).isEqualTo("rw-rw----");
        assertThat(namesIn(directory)).containsExactly("broker.sock");
    }

    @Test
    void unix_group_ownsSocketAndMayEnterDirectory() throws Exception {
        String group =
                Files.readAttributes(temp, PosixFileAttributes.class).group().getName();

        server.listen(new UnixSocket(path, PosixFilePermissions.fromString("rw-rw----"), group));

        assertThat(mode(directory)).isEqualTo("rwxr-x---");
        assertThat(Files.readAttributes(path, PosixFileAttributes.class).group().getName())
                .isEqualTo(group);
    }

    @Test
    void unix_unknownGroup_refusedAndNothingLeft() throws Exception {
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));

        assertThatThrownBy(() -> server.listen(new UnixSocket(path, UnixSocket.PRIVATE, "no-such-group")))
                .isInstanceOf(ListenFailure.class)
                .hasMessageContaining("no-such-group");
        assertThat(namesIn(directory)).isEmpty();
    }

    @Test
    void unix_othersMayWriteDirectory_refused() throws Exception {
        Files.createDirectory(directory);
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx---"));

        assertThatThrownBy(() -> server.listen(UnixSocket.privateAt(path)))
                .isInstanceOf(ListenFailure.class)
                .hasMessageContaining("chmod go-w");
    }

    /** Its mode says 0700, and its owner may replace what is in it all the same. */
    @Test
    void unix_directoryOfAnotherUser_refusedWhateverItsMode() throws Exception {
        assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "only root can give a file away");
        Files.createDirectory(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.setAttribute(directory, "unix:uid", 65534);

        assertThatThrownBy(() -> server.listen(UnixSocket.privateAt(path)))
                .isInstanceOf(ListenFailure.class)
                .hasMessage(directory + ", where the socket would lie, belongs to another user (uid 65534) than the"
                        + " daemon's (uid 0) or root: run 'chown 0 " + directory + "', or choose another directory");
        assertThat(namesIn(directory)).isEmpty();
    }

    @Test
    void unix_staleSocket_replaced() throws Exception {
        Files.createDirectories(directory);
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path));
        }
        assertThat(path).exists();

        server.listen(UnixSocket.privateAt(path));

        assertThat(ask()).startsWith("HTTP/1.1 200");
    }

    @Test
    void unix_liveSocket_refusedAndLeftAlone() throws Exception {
        server.listen(UnixSocket.privateAt(path));

        assertThatThrownBy(() -> server.listen(UnixSocket.privateAt(path)))
                .isInstanceOf(ListenFailure.class)
                .hasMessageContaining("another iam-broker answers on " + path);
        assertThat(ask()).startsWith("HTTP/1.1 200");
    }

    @Test
    void unix_liveSocketWithFullQueue_refused() throws Exception {
        Files.createDirectories(directory);
        try (ServerSocketChannel deaf = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            deaf.bind(UnixDomainSocketAddress.of(path), 1);
            try (RawClient first = RawClient.unix(path);
                    RawClient second = RawClient.unix(path)) {
                assertThat(first).isNotSameAs(second);
                assertThatThrownBy(() -> server.listen(UnixSocket.privateAt(path)))
                        .isInstanceOf(ListenFailure.class)
                        .hasMessageContaining("another iam-broker answers");
            }
        }
    }

    @Test
    void unix_somethingElseInPlace_refusedAndLeftAlone() throws Exception {
        Files.createDirectories(directory);
        Path file = Files.writeString(path.resolveSibling("file"), "precious");
        Path link = Files.createSymbolicLink(path.resolveSibling("link"), file);

        for (Path taken : new Path[] {file, link, directory}) {
            Path place = taken.equals(directory) ? Files.createDirectory(path) : taken;
            assertThatThrownBy(() -> server.listen(UnixSocket.privateAt(place)))
                    .isInstanceOf(ListenFailure.class)
                    .hasMessageContaining("is no socket");
        }
        assertThat(file).hasContent("precious");
        assertThat(link).isSymbolicLink();
    }

    /** Following it would remove, or serve at, a place that somebody else chose. */
    @Test
    void unix_linkToASocketInPlace_refusedAndLeftAlone() throws Exception {
        Files.createDirectories(directory);
        Path stale = path.resolveSibling("stale.sock");
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(stale));
        }
        Files.createSymbolicLink(path, stale);

        assertThatThrownBy(() -> server.listen(UnixSocket.privateAt(path)))
                .isInstanceOf(ListenFailure.class)
                .hasMessageContaining("is no socket");
        assertThat(path).isSymbolicLink();
        assertThat(stale).exists();
    }

    @Test
    void close_linkInPlaceOfOurSocket_leftAloneWithItsTarget() throws Exception {
        SocketListener listener = server.listen(UnixSocket.privateAt(path));
        Path moved = Files.move(path, path.resolveSibling("moved.sock"));
        Files.createSymbolicLink(path, moved);

        listener.close(Duration.ZERO);

        assertThat(path).isSymbolicLink();
        assertThat(moved).exists();
    }

    @Test
    void unix_pathTooLong_refused() {
        Path deep = temp.resolve("d".repeat(90)).resolve("broker.sock");

        assertThatThrownBy(() -> server.listen(UnixSocket.privateAt(deep)))
                .isInstanceOf(ListenFailure.class)
                .hasMessageContaining("too long");
    }

    @Test
    void close_socketIsOurs_removed() throws Exception {
        SocketListener listener = server.listen(UnixSocket.privateAt(path));

        listener.close(Duration.ZERO);
        listener.close(Duration.ZERO);

        assertThat(path).doesNotExist();
    }

    @Test
    void close_somebodyElsesSocketInPlace_leftAlone() throws Exception {
        SocketListener listener = server.listen(UnixSocket.privateAt(path));
        Files.delete(path);
        try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            other.bind(UnixDomainSocketAddress.of(path));

            listener.close(Duration.ZERO);

            assertThat(path).exists();
        }
    }

    @Test
    void close_requestInFlight_isAnsweredIdleIsClosed() throws Exception {
        SocketListener listener = server.listen(UnixSocket.privateAt(path));
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        broker.isWarm = false;
        broker.blocking = () -> {
            entered.countDown();
            TestServer.await(gate);
        };
        try (RawClient busy = RawClient.unix(path);
                RawClient idle = RawClient.unix(path)) {
            busy.send("GET /v1/accounts/prod/token HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();
            Thread closing = Thread.ofVirtual().start(() -> listener.close(Duration.ofSeconds(30)));

            assertThat(idle.readToEnd()).isEmpty();
            gate.countDown();

            assertThat(busy.readToEnd()).startsWith("HTTP/1.1 200").contains("Connection: close\r\n");
            closing.join();
            assertThat(path).doesNotExist();
        }
    }

    /** Its event loop may be another than the one that accepted it, and busy. */
    @Test
    void drain_acceptedAndNotYetServed_isWaitedForAndAnswered() throws Exception {
        SocketListener listener = server.listen(UnixSocket.privateAt(path));
        CountDownLatch gate = new CountDownLatch(1);
        // The first was taken by the listener, so this is the next connection's.
        server.loops.each().getLast().execute(() -> TestServer.await(gate));
        try (RawClient client = RawClient.unix(path)) {
            client.send("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n");
            server.awaitOpen(1);
            listener.drain();

            assertThat(listener.awaitDrained(Duration.ZERO)).isFalse();
            gate.countDown();
            assertThat(client.readToEnd()).startsWith("HTTP/1.1 200").contains("Connection: close\r\n");
            assertThat(listener.awaitDrained(Duration.ofSeconds(10))).isTrue();
        } finally {
            gate.countDown();
        }
    }

    @Test
    void close_requestHangsLongerThanGrace_isCut() throws Exception {
        SocketListener listener = server.listen(UnixSocket.privateAt(path));
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch gate = new CountDownLatch(1);
        broker.isWarm = false;
        broker.blocking = () -> {
            entered.countDown();
            TestServer.await(gate);
        };
        try (RawClient client = RawClient.unix(path)) {
            client.send("GET /v1/accounts/prod/token HTTP/1.1\r\nHost: x\r\n\r\n");
            assertThat(entered.await(10, TimeUnit.SECONDS)).isTrue();

            listener.close(Duration.ofMillis(50));

            assertThat(client.readToEnd()).isEmpty();
        } finally {
            gate.countDown();
        }
    }

    private String ask() throws IOException {
        try (RawClient client = RawClient.unix(path)) {
            client.send("GET /v1/accounts HTTP/1.1\r\nHost: x\r\n\r\n");
            return client.readAnswer();
        }
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private static List<String> namesIn(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.map(file -> String.valueOf(file.getFileName())).toList();
        }
    }
}
