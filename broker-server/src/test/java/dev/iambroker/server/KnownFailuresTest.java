package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What made other credential helpers infamous, tried on the whole daemon. */
@ExtendWith(QuietLog.class)
final class KnownFailuresTest {
    private static final int MILLION = 1_000_000;
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final String BY_KEY = "/v1/accounts/by-key/token";

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

    @TempDir
    private Path temp;

    private ManualDaemon daemon;

    @BeforeEach
    void start() throws Exception {
        daemon = ManualDaemon.start(temp, SmallCloud.accounts(temp), cloud, time, 1);
    }

    @AfterEach
    void end() {
        // First, since it ends the exchanges that hang.
        cloud.close();
        daemon.close();
        threads.shutdownNow();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    @Test
    void iamHangs_cachedToken_isAnsweredAtOnce() throws Exception {
        try (var caller = daemon.caller()) {
            daemon.advance(Duration.ZERO);
            String cached = caller.get(BY_KEY).text("access_token");
            cloud.emulator().misbehave(Misbehaviour.HANG_AFTER_ACCEPT);
            int before = cloud.emulator().requests().size();
            daemon.jump(Duration.ofMinutes(40));
            awaitRequests(before + 1);

            List<Long> nanos = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                long begin = System.nanoTime();
                assertThat(caller.get(BY_KEY).text("access_token")).isEqualTo(cached);
                nanos.add(System.nanoTime() - begin);
            }

            assertThat(daemon.running()).as("renewals that hang").isPositive();
            assertThat(Collections.min(nanos)).isLessThan(MILLION);
            assertThat(median(nanos)).isLessThan(5L * MILLION);
        }
    }

    @Test
    void iamHangs_coldCaller_isToldAtItsOwnDeadline() throws Exception {
        cloud.emulator().misbehave(Misbehaviour.HANG_AFTER_ACCEPT);
        try (var caller = daemon.caller()) {
            long begin = System.nanoTime();
            Answer answer = caller.get(BY_KEY + "?wait=1");
            Duration waited = Duration.ofNanos(System.nanoTime() - begin);

            assertThat(answer.status()).as("%s", answer).isEqualTo(504);
            assertThat(waited).isBetween(Duration.ofSeconds(1), Duration.ofSeconds(8));
        }
    }

    @Test
    void fiveHundredCallersOfAColdAccount_firstOneLeaves_oneRequestAndEveryoneIsAnswered() throws Exception {
        CountDownLatch gate = new CountDownLatch(1);
        cloud.emulator().misbehave(Fault.of(Misbehaviour.NONE).when(request -> passed(gate)));
        try (var first = daemon.caller()) {
            first.send("GET " + BY_KEY + " HTTP/1.1\r\nHost: localhost\r\n\r\n");
            awaitRequests(1);
        }
        List<Future<Answer>> callers = atOnce(500, BY_KEY);
        try (var watcher = daemon.caller()) {
            await(() -> joined(watcher) >= 500);
        }
        gate.countDown();

        for (Future<Answer> caller : callers) {
            assertThat(caller.get().status()).isEqualTo(200);
        }
        assertThat(callers)
                .extracting(caller -> caller.get().text("access_token"))
                .containsOnly(callers.getFirst().get().text("access_token"));
        assertThat(cloud.emulator().requests()).hasSize(1);
    }

    /** How many callers wait for a renewal that somebody else has begun. */
    private static double joined(UnixCaller watcher) throws IOException {
        return watcher.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("iam_broker_requests_coalesced_total{"))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    private static boolean passed(CountDownLatch gate) {
        try {
            gate.await();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    void thousandAskersOfADeadLogin_areToldAtOnceAndIamIsNotAsked() throws Exception {
        try (var caller = daemon.caller()) {
            cloud.logInByPasscode(caller);
            cloud.emulator().endSessions();
            daemon.advance(Duration.ofHours(2));
        }
        int before = cloud.emulator().requests().size();

        List<Future<Answer>> askers = atOnce(1_000, "/v1/accounts/by-passcode/token?wait=30");

        for (Future<Answer> asker : askers) {
            Answer answer = asker.get();
            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.text("state")).isEqualTo("login_required");
        }
        assertThat(cloud.emulator().requests()).hasSize(before);
    }

    @Test
    void deadLogin_asker_isAnsweredAtOnce() throws Exception {
        try (var caller = daemon.caller()) {
            cloud.logInByPasscode(caller);
            cloud.emulator().endSessions();
            daemon.advance(Duration.ofHours(2));
            int before = cloud.emulator().requests().size();
            List<Long> nanos = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                long begin = System.nanoTime();
                assertThat(caller.get("/v1/accounts/by-passcode/token?wait=30").status())
                        .isEqualTo(409);
                nanos.add(System.nanoTime() - begin);
            }
            assertThat(Collections.min(nanos)).isLessThan(MILLION);
            assertThat(median(nanos)).isLessThan(5L * MILLION);
            assertThat(cloud.emulator().requests()).hasSize(before);
        }
    }

    private List<Future<Answer>> atOnce(int count, String target) {
        CountDownLatch connected = new CountDownLatch(count);
        Callable<Answer> ask = () -> {
            try (var caller = daemon.caller()) {
                connected.countDown();
                connected.await();
                return caller.get(target);
            }
        };
        List<Future<Answer>> askers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            askers.add(threads.submit(ask));
        }
        return askers;
    }

    private void awaitRequests(int count) throws InterruptedException {
        cloud.emulator().awaitRequests(count, request -> true, SOON);
    }

    private static void await(Callable<Boolean> condition) throws Exception {
        long end = System.nanoTime() + SOON.toNanos();
        while (!condition.call()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.onSpinWait();
        }
    }

    private static long median(List<Long> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }
}
