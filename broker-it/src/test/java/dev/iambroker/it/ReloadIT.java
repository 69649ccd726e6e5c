package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** SIGHUP and SIGTERM to the packaged daemon. */
final class ReloadIT {
    private static final int RELOADS = 20;
    private static final int CLIENTS = 4;

    private final EmulatedCloud cloud = SampleCloud.start();
    private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    private Workplace place;

    @BeforeEach
    void configure() throws IOException {
        place = Workplace.create();
        place.secret("password", EmulatedCloud.PASSWORD);
        place.secret("key", EmulatedCloud.PROD_API_KEY);
        write("");
    }

    @AfterEach
    void end() throws IOException {
        threads.shutdownNow();
        cloud.close();
        place.close();
        assertThat(cloud.emulator().departures()).isEmpty();
    }

    private void write(String more) throws IOException {
        place.configure(cloud.emulator(), """
                accounts:
                  by-key: { api-key: { file: %1$s/key }, account-id: %2$s }
                  %3$s
                """.formatted(place.directory(), EmulatedCloud.PROD_ACCOUNT, more));
    }

    private String byPassword(boolean uaa) {
        return "by-password: { password: { username: %s, password: { file: %s/password } }, account-id: %s, uaa: %s }"
                .formatted(EmulatedCloud.USER, place.directory(), EmulatedCloud.PROD_ACCOUNT, uaa);
    }

    private static void hangUp(Daemon daemon) throws Exception {
        Process kill = new ProcessBuilder("kill", "-HUP", Long.toString(daemon.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    @Test
    void sighup_twentyTimesUnderLoad_failsNoRequest() throws Exception {
        write(byPassword(false));
        try (var daemon = place.serve()) {
            assertThat(ask("by-key").status()).isEqualTo(200);
            assertThat(ask("by-password").status()).isEqualTo(200);
            List<Future<List<Answer>>> clients = new ArrayList<>();
            for (int client = 0; client < CLIENTS; client++) {
                String account = client % 2 == 0 ? "by-key" : "by-password";
                clients.add(threads.submit(asking(account)));
            }
            for (int reload = 1; reload <= RELOADS; reload++) {
                write(byPassword(reload % 2 == 1));
                hangUp(daemon);
                awaitReloads(daemon, reload);
            }
            stopAsking = true;
            int answers = 0;
            for (Future<List<Answer>> client : clients) {
                List<Answer> got = client.get(60, TimeUnit.SECONDS);
                assertThat(got).allMatch(answer -> answer.status() == 200);
                answers += got.size();
            }
            assertThat(answers).isGreaterThan(RELOADS);
            assertThat(daemon.log()).contains("account \"by-password\" changed: uaa");
        }
    }

    private volatile boolean stopAsking;

    private Callable<List<Answer>> asking(String account) {
        return () -> {
            List<Answer> answers = new ArrayList<>();
            while (!stopAsking) {
                answers.add(ask(account));
            }
            return answers;
        };
    }

    private static void awaitReloads(Daemon daemon, int count) throws Exception {
        daemon.await("reload " + count, () -> {
            try {
                return daemon.log().split("reloaded ", -1).length > count;
            } catch (IOException e) {
                return false;
            }
        });
    }

    @Test
    void sighup_brokenFile_saysWhyAndGoesOn() throws Exception {
        try (var daemon = place.serve()) {
            String token = ask("by-key").text("access_token");
            write("by-password: { pasword: {} }");
            hangUp(daemon);
            daemon.awaitLog("the configuration in use stays");
            assertThat(daemon.log()).contains("broker.yaml:5:", "accounts.by-password.pasword: unknown key");
            assertThat(ask("by-key").text("access_token")).isEqualTo(token);
            write(byPassword(false));
            hangUp(daemon);
            awaitReloads(daemon, 1);
            assertThat(ask("by-password").status()).isEqualTo(200);
            assertThat(ask("by-key").text("access_token")).isEqualTo(token);
            assertThat(daemon.isAlive()).isTrue();
        }
    }

    @Test
    void sigterm_whileIamHangs_endsWithinItsTimeAndTellsWhoWaits() throws Exception {
        try (var daemon = place.serve()) {
            assertThat(ask("by-key").status()).isEqualTo(200);
            cloud.emulator().settings().latency(Duration.ofMinutes(1));
            int seen = cloud.emulator().requests().size();
            Future<Answer> waiting =
                    threads.submit(() -> place.http().get("/v1/accounts/by-key/kube-credential?wait=60"));
            cloud.emulator().awaitRequests(seen + 1, request -> true, Duration.ofSeconds(20));
            long begin = System.nanoTime();
            daemon.terminate();
            daemon.awaitExit();
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(14));
            assertThat(waiting.get(20, TimeUnit.SECONDS).status()).isIn(503, 504);
            assertThat(daemon.log()).contains("stopped");
            assertThat(place.socket()).doesNotExist();
        }
    }

    private Answer ask(String account) throws IOException {
        return place.http().get("/v1/accounts/" + account + "/token?wait=20");
    }
}
