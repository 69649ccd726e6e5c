package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.server.UnixCaller.Answer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of that which is under way when the daemon is told to stop. */
@ExtendWith(QuietLog.class)
final class OrderlyStopTest {
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final String TOKEN = "/v1/accounts/by-passcode/token";

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    private Path temp;

    private ManualDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        // One generation of refresh tokens is good at a time: a lost one is a lost login.
        cloud.emulator().settings().rotation(Rotation.STRICT);
        daemon = started();
        try (var caller = daemon.caller()) {
            cloud.logInByPasscode(caller);
        }
    }

    private ManualDaemon started() throws Exception {
        return ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 1);
    }

    @AfterEach
    void end() {
        cloud.close();
        daemon.close();
        threads.shutdownNow();
    }

    @Test
    void stop_duringARefresh_keepsItsRotatedTokenAndAnswersWhoWaits() throws Exception {
        cloud.emulator().settings().latency(Duration.ofSeconds(1));
        time.pass(Duration.ofHours(1));
        Future<Answer> waiting = threads.submit(() -> call(TOKEN));
        cloud.emulator().awaitRequests(1, request -> request.grant() == GrantKind.REFRESH, SOON);
        daemon.close();
        assertThat(waiting.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(200);
        cloud.emulator().settings().latency(Duration.ZERO);
        time.pass(Duration.ofHours(1));
        daemon = started();
        assertThat(call(TOKEN).status()).isEqualTo(200);
        assertThat(cloud.emulator().count(GrantKind.PASSCODE)).isEqualTo(1);
    }

    @Test
    void stop_whileSomebodyWatches_tellsThemAtOnce() throws Exception {
        String etag = etag(call(TOKEN));
        Future<Answer> watching = threads.submit(() -> call("/v1/accounts/by-passcode/watch?wait=60&after=" + etag));
        awaitRunning();
        long begin = System.nanoTime();
        daemon.close();
        assertThat(watching.get(SOON.toSeconds(), TimeUnit.SECONDS).status()).isEqualTo(204);
        assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(8));
    }

    private void awaitRunning() {
        long end = System.nanoTime() + SOON.toNanos();
        while (daemon.running() == 0) {
            assertThat(System.nanoTime()).as("time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static String etag(Answer answer) {
        String head = answer.head();
        int begin = head.indexOf("ETag: \"") + "ETag: \"".length();
        return head.substring(begin, head.indexOf('"', begin));
    }

    private Answer call(String target) throws Exception {
        try (var caller = daemon.caller()) {
            return caller.get(target);
        }
    }
}
