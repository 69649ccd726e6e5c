package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.record.GrantKind;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubeconfigs;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/**
 * One client-go process, {@code kubectl proxy}, that lives longer than its tokens. client-go uses a credential until its
 * {@code expirationTimestamp}, to the second: without a margin it meets 401 at the edge.
 */
final class KubectlProxyIT {
    private static final Duration LIFE = Duration.ofSeconds(12);
    private static final Duration WATCH = LIFE.multipliedBy(2).plusSeconds(4);
    private static final long PAUSE_MILLIS = 50;

    @Test
    void longLivedClient_overTwoTokenLives_neverMeetsUnauthorized() throws Exception {
        List<Kubectl> kubectls = Kubectl.all();
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE);
            place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
            place.configure(cloud.emulator(), """
                    accounts:
                      prod: { api-key: { file: prod-key }, account-id: %s }
                    kube: { expiry-margin: 2s }
                    """.formatted(EmulatedCloud.PROD_ACCOUNT));
            try (Daemon daemon = place.serve()) {
                Path kubeconfig = new Kubeconfigs(place).file("prod", cloud.prodClassic());
                Map<Integer, Integer> statuses = statusesThroughProxy(kubectls.getFirst(), place, kubeconfig);
                assertThat(statuses.keySet())
                        .as("%s%n%s", statuses, daemon.log())
                        .containsExactly(200);
                assertThat(cloud.emulator().count(GrantKind.API_KEY)).isGreaterThan(4);
            }
        }
    }

    private static Map<Integer, Integer> statusesThroughProxy(Kubectl kubectl, Workplace place, Path kubeconfig)
            throws IOException, InterruptedException {
        Path socket = place.directory().resolve("proxy.out");
        Process proxy = kubectl.program(place, kubeconfig, "proxy", "--port=0")
                .start(Redirect.from(Path.of("/dev/null").toFile()), socket, socket);
        try {
            return statuses(URI.create("http://" + address(socket, proxy) + "/version"));
        } finally {
            proxy.destroy();
            proxy.waitFor();
        }
    }

    /** It says {@code Starting to serve on 127.0.0.1:43521} when it does. */
    private static String address(Path output, Process proxy) throws IOException, InterruptedException {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (System.nanoTime() < end && !proxy.waitFor(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
            String said = Files.readString(output);
            if (said.contains("Starting to serve on ") && said.endsWith("\n")) {
                return said.substring(said.lastIndexOf(' ') + 1).strip();
            }
        }
        throw new AssertionError("kubectl proxy does not serve: " + Files.readString(output));
    }

    private static Map<Integer, Integer> statuses(URI url) throws IOException, InterruptedException {
        Map<Integer, Integer> counts = new TreeMap<>();
        // Offered h2c, the proxy would take each request for one that is to be upgraded.
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            long end = System.nanoTime() + WATCH.toNanos();
            while (System.nanoTime() < end) {
                HttpRequest request = HttpRequest.newBuilder(url).build();
                int status = client.send(request, HttpResponse.BodyHandlers.discarding())
                        .statusCode();
                counts.merge(status, 1, Integer::sum);
                Thread.sleep(PAUSE_MILLIS);
            }
        }
        return counts;
    }
}
