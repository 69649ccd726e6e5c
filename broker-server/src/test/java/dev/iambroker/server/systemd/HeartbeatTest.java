package dev.iambroker.server.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.server.systemd.Heartbeat.Organ;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class HeartbeatTest {
    private static final String FED = "WATCHDOG=1\n";

    @TempDir
    private Path temp;

    private final Queue<Runnable> loop = new ArrayDeque<>();
    private final Queue<Runnable> store = new ArrayDeque<>();
    private String status = "serves 1 account";
    private DeafEar ear;
    private Heartbeat heartbeat;

    @BeforeEach
    void listen() throws IOException {
        Path path = temp.resolve("notify");
        ear = new DeafEar(path.toString());
        ServiceManager manager = ServiceManager.of(
                Map.of("NOTIFY_SOCKET", path.toString(), "WATCHDOG_USEC", "60000000"), 1, System::nanoTime);
        heartbeat = new Heartbeat(
                manager, List.of(new Organ("event loop", loop::add), new Organ("store", store::add)), () -> status);
    }

    @AfterEach
    void end() throws IOException {
        ear.close();
    }

    private static void sign(Queue<Runnable> organ) {
        organ.remove().run();
    }

    @Test
    void interval_watched_isAtMostHalfOfThePatience() {
        assertThat(heartbeat.interval()).isEqualTo(Duration.ofSeconds(5));
        var impatient = ServiceManager.of(
                Map.of("NOTIFY_SOCKET", "/run/notify", "WATCHDOG_USEC", "3000000"), 1, System::nanoTime);
        assertThat(new Heartbeat(impatient, List.of(), () -> status).interval()).isEqualTo(Duration.ofMillis(1500));
    }

    @Test
    void beat_allOrgansGiveASign_feedsOnce() throws Exception {
        heartbeat.beat();
        assertThat(ear.heard()).isEqualTo("STATUS=serves 1 account\n");
        sign(store);
        assertThat(ear.heard()).isNull();
        sign(loop);
        assertThat(ear.heard()).isEqualTo(FED);
        assertThat(ear.heard()).isNull();
    }

    @Test
    void beats_whileAnOrganHangs_feedNothing() throws Exception {
        heartbeat.beat();
        ear.heard();
        sign(loop);
        for (int i = 0; i < 5; i++) {
            heartbeat.beat();
        }
        assertThat(ear.heard()).isNull();
        assertThat(loop).as("not asked again meanwhile").isEmpty();

        sign(store);
        assertThat(ear.heard()).as("it went on").isEqualTo(FED);
        heartbeat.beat();
        sign(loop);
        sign(store);
        assertThat(ear.heard()).isEqualTo(FED);
    }

    @Test
    void beat_status_isToldWhenItChanged() throws Exception {
        heartbeat.beat();
        assertThat(ear.heard()).startsWith("STATUS=");
        sign(loop);
        sign(store);
        assertThat(ear.heard()).isEqualTo(FED);

        heartbeat.beat();
        assertThat(ear.heard()).isNull();
        sign(loop);
        sign(store);
        assertThat(ear.heard()).isEqualTo(FED);

        status = "serves 1 account, 1 not ready";
        heartbeat.beat();
        assertThat(ear.heard()).isEqualTo("STATUS=serves 1 account, 1 not ready\n");
    }
}
