package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.server.UnixCaller.Answer;
import dev.iambroker.server.config.BrokerConfig;
import dev.iambroker.store.StoredSession;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A daemon that is a member of a fleet, and how it comes to its jars. */
final class FleetWiringTest {
    private static final String SERVICE = "META-INF/services/dev.iambroker.fleet.FleetProvider";

    private final CollectedLog log = new CollectedLog();
    private final SmallCloud cloud = SmallCloud.on(InstantSource.system());

    @TempDir
    private Path temp;

    @BeforeEach
    void forget() {
        FakeFleetProvider.JOINED.clear();
    }

    @AfterEach
    void end() {
        cloud.close();
        log.close();
    }

    private Daemon start(String shared) throws IOException {
        Path key = ManualDaemon.secretFile(temp.resolve("fleet-key"), "0123456789abcdef");
        BrokerConfig config = ManualDaemon.config(temp, """
                endpoints: { iam: %1$s, accounts: %1$s, containers: %2$s }
                accounts: { dev: { passcode: {} }, prod: { passcode: {} } }
                listen: { unix: { path: %3$s/run/broker.sock } }
                state: { dir: %3$s/state%4$s }
                """.formatted(
                        cloud.emulator().iamUrl(), cloud.emulator().containersUrl(), temp, shared.formatted(key)));
        return Daemon.start(
                config, Machine.real(), new Home(Path.of("/opt/iam-broker/bin/iam-broker-credential")), null);
    }

    private static String shared(String prefix) {
        return ", shared: { etcd: { endpoints: [\"http://127.0.0.1:1\"], prefix: " + prefix
                + " }, fleet-key: { file: %s } }";
    }

    private Answer get(String target) throws IOException {
        try (var caller = UnixCaller.at(temp.resolve("run").resolve("broker.sock"))) {
            return caller.get(target);
        }
    }

    @Test
    void daemon_withoutFleet_loadsNoneAndSaysSo() throws IOException {
        try (Daemon daemon = start("")) {
            Answer answer = get("/v1/fleet");

            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.text("detail"))
                    .isEqualTo("no fleet is configured: set state.shared in the configuration and restart");
            assertThat(get("/metrics").body()).doesNotContain("iam_broker_fleet");
            assertThat(get("/v1/accounts").body()).contains("no state.key is configured");
            assertThat(daemon.httpPort()).isZero();
        }
        assertThat(FakeFleetProvider.JOINED).isEmpty();
    }

    @Test
    void daemon_withFleet_isMemberUntilItsLastRenewal() throws IOException {
        FakeFleet fleet;
        try (Daemon daemon = start(shared("/test"))) {
            fleet = FakeFleetProvider.JOINED.remove();
            assertThat(fleet.settings.endpoints()).containsExactly(URI.create("http://127.0.0.1:1"));
            assertThat(fleet.place.host()).isNotEmpty();
            assertThat(fleet.place.version()).isEqualTo(Version.current());
            assertThat(fleet.isFenced).isTrue();
            assertThat(get("/v1/fleet").body())
                    .contains("\"self\":\"m1\"", "\"account\":\"dev\"", "\"account\":\"prod\"");
            assertThat(get("/v1/accounts").body()).doesNotContain("no state.key is configured");
            assertThat(get("/metrics").body())
                    .contains("iam_broker_fleet_members 2.0", "iam_broker_fleet_renewer{account=\"prod\"} 1.0");
            assertThat(daemon.httpPort()).isZero();
        }
        assertThat(fleet.couldWriteAtItsEnd).isTrue();
    }

    @Test
    void daemon_thatIsRefused_endsItsStartAndLeavesTheStore() throws IOException {
        assertThatThrownBy(() -> start(shared("/refused")))
                .isInstanceOf(FleetRefused.class)
                .hasMessageStartingWith("the fleet key is another than the fleet's");
        try (Daemon daemon = start("")) {
            assertThat(daemon.summary()).startsWith("serves 2 accounts");
        }
    }

    @Test
    void place_nanos_goOn() throws IOException, InterruptedException {
        try (Daemon daemon = start(shared("/test"))) {
            var nanos = FakeFleetProvider.JOINED.remove().place.nanos();
            long before = nanos.getAsLong();
            Thread.sleep(20);
            assertThat(nanos.getAsLong() - before).isBetween(10_000_000L, 20_000_000_000L);
            assertThat(daemon.httpPort()).isZero();
        }
    }

    @Test
    void format_session_isReadAsItWasWritten() throws IOException {
        try (Daemon daemon = start(shared("/test"))) {
            var format = FakeFleetProvider.JOINED.remove().format;
            var session = new StoredSession("passcode", null, null, null, "0123", "IBMid-1", null, false, List.of());
            byte[] bytes = format.write(session);

            assertThat(format.read(bytes)).isEqualTo(session);
            assertThat(new String(bytes, StandardCharsets.UTF_8)).doesNotContain("\"file\"");
            assertThatThrownBy(() -> format.read("canary".getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("canary");
            assertThat(daemon.httpPort()).isZero();
        }
    }

    @Test
    void provider_noDirectory_saysWhatIsMissingAndWhere() {
        Path jars = temp.resolve("lib/fleet");

        assertThat(refusal(jars))
                .isEqualTo(
                        "state.shared is configured, and this installation lacks what a fleet needs (expected its jars in "
                                + jars + "): install the whole distribution again, or take state.shared out");
    }

    @Test
    void provider_jarsOfSomethingElse_saysSo() throws IOException {
        Files.createDirectories(temp.resolve("lib/fleet"));
        jar(temp.resolve("lib/fleet/other.jar"), "other", "");

        assertThat(refusal(temp.resolve("lib/fleet")))
                .startsWith("state.shared is configured, and no jar in ")
                .contains("joins a fleet (expected broker-fleet and what it needs)");
    }

    @Test
    void provider_jarThatDoesNotFit_saysSo() throws IOException {
        Files.createDirectories(temp.resolve("lib/fleet"));
        jar(temp.resolve("lib/fleet/broken.jar"), SERVICE, "dev.iambroker.fleet.Missing\n");

        assertThat(refusal(temp.resolve("lib/fleet"))).startsWith("the jars of the fleet do not fit this program");
    }

    @Test
    void provider_jarOfAFleet_isFound() throws IOException {
        Files.createDirectories(temp.resolve("lib/fleet"));
        jar(temp.resolve("lib/fleet/fleet.jar"), SERVICE, "dev.iambroker.server.FakeFleetProvider\n");

        assertThat(FleetWiring.provider(temp.resolve("lib/fleet"), withoutProvider()))
                .isInstanceOf(FakeFleetProvider.class);
    }

    private static String refusal(Path jars) {
        return catchThrowableOfType(FleetRefused.class, () -> FleetWiring.provider(jars, withoutProvider()))
                .getMessage();
    }

    private static void jar(Path file, String entry, String content) throws IOException {
        try (OutputStream out = Files.newOutputStream(file);
                var jar = new JarOutputStream(out)) {
            jar.putNextEntry(new JarEntry(entry));
            jar.write(content.getBytes(StandardCharsets.UTF_8));
            jar.closeEntry();
        }
    }

    /** The application's class path without the provider of these tests. */
    private static ClassLoader withoutProvider() {
        return new ClassLoader(FleetWiringTest.class.getClassLoader()) {
            @Override
            public Enumeration<URL> getResources(String name) throws IOException {
                return name.equals(SERVICE) ? Collections.emptyEnumeration() : super.getResources(name);
            }
        };
    }
}
