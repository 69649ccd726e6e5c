package dev.iambroker.server.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ConnectionTest {
    private static final BrokerRequest REQUEST = BrokerRequest.get("/livez", Duration.ofSeconds(10));

    @TempDir
    Path directory;

    @Test
    void exchange_silentDaemon_endsAtTheLimit() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.raw("GET /livez", "");
            var connection = new BrokerConnection(daemon.socket());

            assertThatThrownBy(() -> connection.exchange(BrokerRequest.get("/livez", Duration.ofMillis(100))))
                    .isInstanceOfSatisfying(
                            CommandFailure.class,
                            failure -> assertThat(failure.exitCode()).isEqualTo(ExitCode.UNREACHABLE))
                    .hasMessageContaining("did not answer within");
        }
    }

    @Test
    void exchange_daemonCutsOff_saysSo() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.raw("GET /livez", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");

            assertThatThrownBy(() -> new BrokerConnection(daemon.socket()).exchange(REQUEST))
                    .isInstanceOf(CommandFailure.class)
                    .hasMessageContaining("cut off");
        }
    }

    @Test
    void exchange_daemonAnswersBeforeTheBodyIsRead_answerIsSeen() throws IOException {
        var socket = directory.resolve("hasty.sock");
        try (var server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            server.bind(UnixDomainSocketAddress.of(socket));
            Thread.ofPlatform().daemon().start(() -> answerUnread(server));
            var request = BrokerRequest.post("/x", new byte[4_000_000], Duration.ofSeconds(10));

            assertThat(new BrokerConnection(socket).exchange(request).status()).isEqualTo(403);
        }
    }

    private static void answerUnread(ServerSocketChannel server) {
        try (var client = server.accept()) {
            var answer = "HTTP/1.1 403 Any\r\nContent-Length: 0\r\n\r\n";
            client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void exchange_staleSocketFile_unreachable() throws IOException {
        var daemon = FakeDaemon.in(directory);
        daemon.close();

        var result = Cli.on(daemon.socket()).run("status");

        assertThat(result.code()).isEqualTo(3);
        assertThat(result.err())
                .startsWith("iam-broker: the daemon is not reachable at " + daemon.socket())
                .contains("iam-broker serve")
                .hasLineCount(1);
    }

    @Test
    void exchange_secret_acceptedByOwnProcess() throws IOException {
        try (var daemon = FakeDaemon.in(directory)) {
            daemon.answer("POST /x", 200, "{}");
            var request = BrokerRequest.postSecret("/x", new byte[] {'{', '}'}, Duration.ofSeconds(10));

            assertThat(new BrokerConnection(daemon.socket()).exchange(request).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void peerCheck_stranger_refused() throws IOException {
        var users = FileSystems.getDefault().getUserPrincipalLookupService();
        var stranger = users.lookupPrincipalByName("4242");
        var trusted = Set.of(users.lookupPrincipalByName("0"), users.lookupPrincipalByName("4243"));

        assertThatThrownBy(() -> PeerCheck.requireOneOf(trusted, stranger, directory.resolve("s")))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("4242")
                .hasMessageContaining("no secret was sent");
        PeerCheck.requireOneOf(trusted, users.lookupPrincipalByName("root"), directory.resolve("s"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "HTTP/1.1 200 OK\r\n",
                "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 20 OK\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 101 Switch\r\nContent-Length: 0\r\n\r\n",
                "HTTP/1.1 200 OK\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: +1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: 9999999999\r\n\r\na",
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                "HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 1\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n folded\r\n\r\na",
                "HTTP/1.1 200 OK\r\nContent-Length : 1\r\n\r\na",
                "HTTP/1.1 200 OK\nContent-Length: 1\n\na",
                "SSH-2.0-OpenSSH\r\n\r\n"
            })
    void answer_malformed_refused(String bytes) {
        assertThatThrownBy(() -> read(bytes)).isInstanceOf(IOException.class);
    }

    @Test
    void answer_packed_isUnpacked() throws IOException {
        var packed = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(packed)) {
            out.write("{\"accounts\":[]}".repeat(10_000).getBytes(StandardCharsets.US_ASCII));
        }
        var head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: " + packed.size() + "\r\n\r\n";
        var bytes = new ByteArrayOutputStream();
        bytes.writeBytes(head.getBytes(StandardCharsets.US_ASCII));
        bytes.writeBytes(packed.toByteArray());

        var answer = new AnswerReader(new ByteArrayInputStream(bytes.toByteArray())).read();

        assertThat(answer.body()).hasSize(150_000);
    }

    @Test
    void answer_endlessHead_refused() {
        assertThatThrownBy(() -> read("HTTP/1.1 200 OK\r\nX: " + "y".repeat(20_000) + "\r\n\r\n"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("longer");
    }

    @Test
    void answer_noContent_hasNoBody() throws IOException {
        assertThat(read("HTTP/1.1 204 No Content\r\nETag: \"x\"\r\n\r\n").body())
                .isEmpty();
    }

    @Test
    void socket_named_neverPassedOver() throws IOException {
        var system = Files.createFile(directory.resolve("system.sock"));
        var finder = new SocketFinder(
                Map.of("IAM_BROKER_SOCKET", directory.resolve("gone").toString()), system);

        assertThatThrownBy(() -> finder.find(null))
                .hasMessageContaining("IAM_BROKER_SOCKET names " + directory.resolve("gone"));
        assertThatThrownBy(() -> finder.find(directory.resolve("flag"))).hasMessageContaining("--socket names");
        assertThat(finder.find(system)).isEqualTo(system);
    }

    @Test
    void socket_usualPlaces_firstThatExists() throws IOException {
        var system = directory.resolve("system.sock");
        var runtime = Files.createDirectories(directory.resolve("run/iam-broker"));
        var finder = new SocketFinder(
                Map.of("XDG_RUNTIME_DIR", directory.resolve("run").toString()), system);

        assertThatThrownBy(() -> finder.find(null))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining(system.toString())
                .hasMessageContaining(runtime.toString());
        Files.createFile(system);
        assertThat(finder.find(null)).isEqualTo(system);
        var own = Files.createFile(runtime.resolve("broker.sock"));
        assertThat(finder.find(null)).isEqualTo(own);
    }

    private static BrokerAnswer read(String bytes) throws IOException {
        return new AnswerReader(new ByteArrayInputStream(bytes.getBytes(StandardCharsets.US_ASCII))).read();
    }
}
