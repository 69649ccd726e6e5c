package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.server.config.Listen;
import dev.iambroker.server.systemd.PassedSocket;
import dev.iambroker.server.transport.InheritedSocket;
import dev.iambroker.server.transport.Opened;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InheritedSocketsTest {
    private final List<Integer> open = new ArrayList<>();

    @TempDir
    private Path temp;

    @AfterEach
    void close() throws IOException {
        for (int descriptor : open) {
            Opened.close(descriptor);
        }
    }

    private PassedSocket unix(String name) throws IOException {
        return passed(Opened.unix(temp.resolve(name)), PassedSocket.UNNAMED);
    }

    private PassedSocket tcp(String name) throws IOException {
        return passed(Opened.tcp(), name);
    }

    private PassedSocket passed(int descriptor, String name) {
        open.add(descriptor);
        return new PassedSocket(descriptor, name);
    }

    private static int port(PassedSocket passed) {
        return InheritedSocket.of(passed.descriptor()).address().getPort();
    }

    private Listen listen(String more) throws IOException {
        String yaml = """
                accounts: { dev: { passcode: {} } }
                listen: { unix: { path: %s/broker.sock }%s }
                """.formatted(temp, more);
        return ManualDaemon.config(temp, yaml).listen();
    }

    private static int portOf(@Nullable InheritedSocket socket) {
        return Objects.requireNonNull(socket).address().getPort();
    }

    @Test
    void assign_nothingPassed_opensItsOwn() throws Exception {
        assertThat(InheritedSockets.assign(List.of(), listen(""))).isEqualTo(InheritedSockets.NONE);
    }

    @Test
    void assign_allThree_byPathAddressAndName() throws Exception {
        PassedSocket http = tcp(PassedSocket.UNNAMED);
        PassedSocket metrics = tcp("metrics");
        String addresses = ", http: { address: \"127.0.0.1:" + port(http) + "\" }, metrics: { address: \"0.0.0.0:"
                + port(metrics) + "\" }";

        InheritedSockets assigned =
                InheritedSockets.assign(List.of(metrics, unix("broker.sock"), http), listen(addresses));

        assertThat(Objects.requireNonNull(assigned.unix()).path()).isEqualTo(temp.resolve("broker.sock"));
        assertThat(portOf(assigned.http())).isEqualTo(port(http));
        assertThat(portOf(assigned.metrics())).isEqualTo(port(metrics));
    }

    /** Clients and shares go by the configuration: they would look for a socket that nobody serves. */
    @Test
    void assign_otherPathThanConfigured_refused() throws Exception {
        Listen configured = listen("");
        List<PassedSocket> passed = List.of(unix("other.sock"));
        assertThatThrownBy(() -> InheritedSockets.assign(passed, configured))
                .hasMessageContaining("other.sock")
                .hasMessageContaining("make both the same");
    }

    /** Its clients would be let in by the kernel and never answered. */
    @Test
    void assign_socketThatNoListenerWants_refused() throws Exception {
        Listen withoutTcp = listen("");
        Listen otherPort = listen(", http: { address: \"127.0.0.1:1\" }");
        for (String name : List.of(PassedSocket.UNNAMED, "http")) {
            List<PassedSocket> passed = List.of(tcp(name));
            assertThatThrownBy(() -> InheritedSockets.assign(passed, withoutTcp))
                    .hasMessageContaining("no listener of the configuration wants");
            assertThatThrownBy(() -> InheritedSockets.assign(passed, otherPort))
                    .hasMessageContaining("no listener of the configuration wants");
        }
    }

    @Test
    void assign_twoForOneListener_refused() throws Exception {
        Listen anyPort = listen(", http: { address: \"127.0.0.1:0\" }");
        List<PassedSocket> passed = List.of(tcp("http"), tcp("http"));
        assertThatThrownBy(() -> InheritedSockets.assign(passed, anyPort)).hasMessageContaining("second socket");
    }
}
