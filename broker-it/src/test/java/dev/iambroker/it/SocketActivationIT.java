package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.http.LoopbackPort;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Needs;
import dev.iambroker.it.harness.Program;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Sockets that another program opened and passed on, by systemd's own tool; its descriptors block, as systemd's may. */
final class SocketActivationIT {
    private final EmulatedCloud cloud = SampleCloud.start();
    private Workplace place;
    private int port;

    @BeforeEach
    void configure() throws Exception {
        Needs.program("systemd-socket-activate", "systemd");
        place = Workplace.create();
        Files.createDirectory(place.socket().getParent());
        port = LoopbackPort.free();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT));
        place.configureMore("  http: { address: \"127.0.0.1:%d\", open: [livez] }\n".formatted(port));
    }

    @AfterEach
    void close() throws IOException {
        if (place != null) {
            place.close();
        }
        cloud.close();
    }

    private Program activated(Object... listenOn) {
        Program program = place.program("serve", "--config", place.configFile());
        for (Object address : listenOn) {
            program.by("--listen=" + address);
        }
        return program.by("systemd-socket-activate");
    }

    @Test
    void serve_onPassedSockets_answersOnBothAndLeavesThemAtItsEnd() throws Exception {
        try (Daemon daemon = place.serve(activated(place.socket(), "127.0.0.1:" + port))) {
            assertThat(place.http().get("/v1/accounts/prod/token").text("access_token"))
                    .startsWith("ey");
            assertThat(overTcp("/livez")).isEqualTo(200);
            assertThat(daemon.log()).doesNotContain("ERROR");

            daemon.terminate();

            assertThat(daemon.awaitExit()).isZero();
            assertThat(place.socket()).exists();
        }
    }

    private int overTcp(String target) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + target))
                    .build();
            return client.send(request, BodyHandlers.discarding()).statusCode();
        }
    }

    @Test
    void serve_passedSocketElsewhereThanConfigured_saysBoth() throws Exception {
        Path other = place.socket().resolveSibling("other.sock");
        Path err = place.directory().resolve("err");
        Process process = activated(other)
                .start(
                        Redirect.from(Path.of("/dev/null").toFile()),
                        place.directory().resolve("out"),
                        err);
        while (!Files.exists(other)) {
            assertThat(process.waitFor(20, TimeUnit.MILLISECONDS)).isFalse();
        }

        knock(other);

        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(process.exitValue()).isEqualTo(1);
        assertThat(err)
                .content()
                .contains("iam-broker: the socket unit listens on " + other + ", and listen.unix.path is "
                        + place.socket() + ": make both the same");
    }

    /** The first connection starts the daemon. */
    private static void knock(Path socket) throws IOException {
        SocketChannel.open(UnixDomainSocketAddress.of(socket)).close();
    }
}
