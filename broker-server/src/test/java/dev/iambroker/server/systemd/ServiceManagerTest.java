package dev.iambroker.server.systemd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServiceManagerTest {
    private static final long PID = 4711;

    @TempDir
    private Path temp;

    private Path path;
    private DeafEar ear;

    @BeforeEach
    void listen() throws IOException {
        path = temp.resolve("notify");
        ear = new DeafEar(path.toString());
    }

    @AfterEach
    void end() throws IOException {
        ear.close();
    }

    private static ServiceManager manager(Object socket, String... more) {
        Map<String, String> environment = new HashMap<>(Map.of("NOTIFY_SOCKET", socket.toString()));
        for (int i = 0; i < more.length; i += 2) {
            environment.put(more[i], more[i + 1]);
        }
        return ServiceManager.of(environment, PID, () -> 5_000_000_123L);
    }

    @Test
    void ready_socketWithAPath_hearsItWithTheStatus() throws Exception {
        manager(path).ready("serves 2 accounts");
        assertThat(ear.heard()).isEqualTo("READY=1\nSTATUS=serves 2 accounts\n");
        assertThat(ear.heard()).isNull();
    }

    @Test
    void ready_abstractSocket_hearsIt() throws Exception {
        String name = "iam-broker-test-" + ProcessHandle.current().pid();
        try (DeafEar hidden = new DeafEar("\0" + name)) {
            ServiceManager manager = manager("@" + name);
            manager.ready("up");
            manager.stopping();
            assertThat(hidden.heard()).isEqualTo("READY=1\nSTATUS=up\n");
            assertThat(hidden.heard()).isEqualTo("STOPPING=1\nSTATUS=stopping\n");
        }
    }

    @Test
    void reloading_clock_inMicrosecondsOfTheMonotonicOne() throws Exception {
        manager(path).reloading();
        assertThat(ear.heard()).isEqualTo("RELOADING=1\nMONOTONIC_USEC=5000000\n");
    }

    /** A second line would be taken for another message. */
    @Test
    void status_ofSeveralLines_isOne() throws Exception {
        manager(path).status("bad\nREADY=1\r\nSTOPPING=1");
        assertThat(ear.heard()).isEqualTo("STATUS=bad READY=1  STOPPING=1\n");
    }

    @Test
    void patience_forThisProcessOrForAny_isWhatWasSaid() {
        assertThat(manager(path).patience()).isNull();
        assertThat(manager(path, "WATCHDOG_USEC", "30000000").patience()).isEqualTo(Duration.ofSeconds(30));
        assertThat(manager(path, "WATCHDOG_USEC", "1500", "WATCHDOG_PID", "4711")
                        .patience())
                .isEqualTo(Duration.ofNanos(1_500_000));
        assertThat(manager(path, "WATCHDOG_USEC", "30000000", "WATCHDOG_PID", "1")
                        .patience())
                .isNull();
    }

    @Test
    void environment_makesNoSense_tellsNobody() throws Exception {
        assertThat(manager("").isThere()).isFalse();
        assertThat(manager("vsock:2:1").isThere()).isFalse();
        ServiceManager odd = manager(path, "WATCHDOG_USEC", "soon");
        assertThat(odd.isThere()).isFalse();
        odd.ready("up");
        assertThat(ear.heard()).isNull();
    }

    @Test
    void manager_thatIsGone_isNoFailure() {
        ServiceManager manager = manager(temp.resolve("nobody"));
        assertThatCode(() -> {
                    manager.ready("up");
                    manager.alive();
                    manager.stopping();
                })
                .doesNotThrowAnyException();
    }

    /** A manager that is busy has no room; that the daemon is ready must not be lost, or it is killed for it. */
    @Test
    void ready_queueIsFull_isToldWithTheNext() throws Exception {
        ServiceManager manager = manager(path);
        NotifySocket filling = NotifySocket.named(path.toString());
        int filled = 0;
        while (filling.send("X=1")) {
            filled++;
        }
        manager.ready("up");
        for (int i = 0; i < filled; i++) {
            assertThat(ear.heard()).isEqualTo("X=1");
        }
        assertThat(ear.heard()).isNull();

        manager.alive();
        assertThat(ear.heard()).isEqualTo("READY=1\nSTATUS=up\nWATCHDOG=1\n");
        manager.alive();
        assertThat(ear.heard()).isEqualTo("WATCHDOG=1\n");
    }
}
