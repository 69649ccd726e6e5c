package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.server.store.FaultyFileOps;
import dev.iambroker.server.store.FaultyFileOps.CrashPoint;
import dev.iambroker.server.store.FileOps;
import dev.iambroker.server.systemd.Heartbeat.Organ;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Of which parts of a daemon the watchdog wants a sign, and that one which hangs gives none. */
@ExtendWith(QuietLog.class)
final class OrgansTest {
    private static final Duration SOON = Duration.ofSeconds(20);

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);
    private final CountDownLatch hangs = new CountDownLatch(1);
    private final CountDownLatch begun = new CountDownLatch(1);
    private final Set<String> signs = ConcurrentHashMap.newKeySet();

    @TempDir
    private Path temp;

    @AfterEach
    void end() {
        cloud.close();
    }

    private ManualDaemon start(FileOps files) throws Exception {
        return ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 1, files);
    }

    private void hang() {
        begun.countDown();
        try {
            assertThat(hangs.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void ask(ManualDaemon daemon) {
        signs.clear();
        daemon.organs().forEach(organ -> organ.probe().ask(() -> signs.add(organ.name())));
    }

    /** How many event loops there are, the machine decides. */
    private void awaitSignsOfAllBut(ManualDaemon daemon, String... silent) {
        Set<String> expected = new HashSet<>();
        daemon.organs().forEach(organ -> expected.add(organ.name()));
        assertThat(expected).contains("event loop 1", "store");
        expected.removeAll(Set.of(silent));
        long end = System.nanoTime() + SOON.toNanos();
        while (!signs.containsAll(expected) && System.nanoTime() < end) {
            Thread.onSpinWait();
        }
        assertThat(signs).isEqualTo(expected);
    }

    @Test
    void organs_ofAHealthyDaemon_allGiveASign() throws Exception {
        try (ManualDaemon daemon = start(FileOps.posix())) {
            ask(daemon);
            awaitSignsOfAllBut(daemon);
            assertThat(daemon.summary()).isEqualTo("serves 3 accounts, 2 not ready");
        }
    }

    @Test
    void eventLoop_thatHangs_givesNone() throws Exception {
        try (ManualDaemon daemon = start(FileOps.posix())) {
            Organ first = daemon.organs().getFirst();
            first.probe().ask(this::hang);
            ask(daemon);
            awaitSignsOfAllBut(daemon, "event loop 1");
            hangs.countDown();
            awaitSignsOfAllBut(daemon);
        }
    }

    @Test
    void store_whoseDiskHangs_givesNoneBeforeItGoesOn() throws Exception {
        FileOps files = new FaultyFileOps((point, file) -> {
            if (point == CrashPoint.AFTER_RENAME && file.toString().endsWith(".session")) {
                hang();
            }
        });
        try (ManualDaemon daemon = start(files)) {
            daemon.jump(Duration.ZERO);
            assertThat(begun.await(SOON.toSeconds(), TimeUnit.SECONDS)).isTrue();
            ask(daemon);
            awaitSignsOfAllBut(daemon, "store");
            hangs.countDown();
            awaitSignsOfAllBut(daemon);
        }
    }
}
