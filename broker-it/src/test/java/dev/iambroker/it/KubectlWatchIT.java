package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubeconfigs;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** The oldest and the newest kubectl of this machine, each in one process that lives longer than two tokens. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class KubectlWatchIT {
    private static final Duration LIFE = Duration.ofSeconds(12);
    private static final Duration TWO_LIVES = LIFE.multipliedBy(2).plusSeconds(3);
    private static final String LATE = "came-late";

    private final EmulatedCloud cloud = SampleCloud.start();
    private final Workplace place;
    private final Daemon daemon;
    private final List<Ran> watched = new ArrayList<>();
    private final List<Ran> waited = new ArrayList<>();
    private List<Kubectl> kubectls = List.of();

    KubectlWatchIT() throws IOException, InterruptedException {
        cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE);
        place = Workplace.create();
        place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
        place.configure(cloud.emulator(), """
                accounts:
                  prod: { api-key: { file: prod-key }, account-id: %s }
                kube: { expiry-margin: 3s }
                """.formatted(EmulatedCloud.PROD_ACCOUNT));
        daemon = place.serve();
    }

    /** All of them in the same half a minute. */
    @BeforeAll
    void live() throws Exception {
        kubectls = Kubectl.oldestAndNewest();
        cloud.prodClassic().objects().watchLife(TWO_LIVES.plusSeconds(20));
        cloud.prodVpc().objects().watchLife(Duration.ofSeconds(2));
        List<Running> watching = start(cloud.prodClassic(), "get", "namespaces", "--watch");
        long end = System.nanoTime() + TWO_LIVES.toNanos();
        cloud.prodVpc().objects().putPod("default", "job", "Running");
        List<Running> waiting =
                start(cloud.prodVpc(), "wait", "pod/job", "--for=jsonpath={.status.phase}=Succeeded", "--timeout=2m");
        waitUntil(end, Stream.concat(watching.stream(), waiting.stream()).toList());
        cloud.prodClassic().objects().addNamespace(LATE);
        cloud.prodVpc().objects().putPod("default", "job", "Succeeded");
        for (int i = 0; i < kubectls.size(); i++) {
            watched.add(watching.get(i).end());
            waited.add(waiting.get(i).end());
        }
    }

    @AfterAll
    void stop() throws IOException {
        daemon.close();
        place.close();
        cloud.close();
    }

    /** A watch that the server leaves alone needs no second token: it is let in once. */
    @Test
    void getWatch_oneStreamOverTwoLives_tellsWhatHappensAfterThem() {
        for (Ran ran : watched) {
            assertThat(ran.exitCode()).as(ran.all()).isZero();
            assertThat(ran.out()).contains("kube-system", LATE);
            assertThat(ran.err()).isEmpty();
        }
        ClusterRequests requests = ClusterRequests.to(cloud.emulator(), cloud.prodClassic());
        assertThat(requests.watches().count()).isEqualTo(watched.size());
        assertThat(requests.late()).isEmpty();
    }

    /** {@code kubectl wait} watches again whenever the server ends the watch, each time with the token of that moment. */
    @Test
    void wait_manyWatchesOverTwoLives_noneWithATokenThatEnded() {
        for (Ran ran : waited) {
            assertThat(ran.exitCode()).as(ran.all()).isZero();
            assertThat(ran.out()).contains("pod/job condition met");
            assertThat(ran.err()).isEmpty();
        }
        ClusterRequests watches =
                ClusterRequests.to(cloud.emulator(), cloud.prodVpc()).watches();
        assertThat(watches.count()).isGreaterThan(4 * waited.size());
        assertThat(watches.tokens()).isGreaterThanOrEqualTo(3);
        assertThat(watches.late()).isEmpty();
    }

    private void awaitWatches(EmulatedCluster cluster, int count) throws IOException, InterruptedException {
        daemon.await(
                "the watches to begin",
                () -> ClusterRequests.to(cloud.emulator(), cluster).watches().count() >= count);
    }

    private List<Running> start(EmulatedCluster cluster, String... arguments) throws Exception {
        Path file = new Kubeconfigs(place).file("prod", cluster);
        List<Running> running = new ArrayList<>();
        for (Kubectl kubectl : kubectls) {
            Path out = Files.createTempFile(place.directory(), "kubectl-", ".out");
            Path err = Files.createTempFile(place.directory(), "kubectl-", ".err");
            Process process = kubectl.program(place, file, arguments)
                    .start(Redirect.from(Path.of("/dev/null").toFile()), out, err);
            running.add(new Running(process, out, err));
        }
        awaitWatches(cluster, running.size());
        return running;
    }

    /** The time has to pass; none of them may end meanwhile. */
    private static void waitUntil(long endNanos, List<Running> running) throws IOException, InterruptedException {
        for (Running each : running) {
            long left = endNanos - System.nanoTime();
            if (each.process.waitFor(left, TimeUnit.NANOSECONDS)) {
                throw new AssertionError("kubectl ended early: " + each.end().all());
            }
        }
    }

    private record Running(Process process, Path out, Path err) {
        Ran end() throws IOException, InterruptedException {
            boolean ended = process.waitFor(1, TimeUnit.MINUTES);
            process.destroyForcibly().waitFor();
            return new Ran(ended ? process.exitValue() : -1, Files.readString(out), Files.readString(err));
        }
    }
}
