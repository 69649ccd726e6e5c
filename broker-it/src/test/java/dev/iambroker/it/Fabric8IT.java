package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.authentication.SelfSubjectReview;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** fabric8's client for Java, with the kubeconfig that the broker wrote and nothing else. */
final class Fabric8IT {
    private static final Duration LIFE = Duration.ofSeconds(12);
    private static final Duration TWO_LIVES = LIFE.multipliedBy(2).plusSeconds(3);
    private static final long PAUSE_MILLIS = 500;

    @Test
    void client_overTwoTokenLives_goesOn() throws Exception {
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            cloud.emulator().settings().accessTokenLife(LIFE).idTokenLife(LIFE);
            cloud.prodVpc().objects().watchLife(Duration.ofSeconds(3));
            place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
            place.configure(cloud.emulator(), """
                    accounts:
                      prod: { api-key: { file: prod-key }, account-id: %s }
                    kube: { expiry-margin: 3s }
                    """.formatted(EmulatedCloud.PROD_ACCOUNT));
            try (Daemon daemon = place.serve();
                    KubernetesClient client = client(place, cloud.prodVpc())) {
                assertThat(daemon.isAlive()).isTrue();
                assertThat(names(client)).containsExactlyInAnyOrder("default", "kube-system");
                assertThat(whoIs(client)).isEqualTo("IAM#" + EmulatedCloud.USER);
                outlive(cloud, client);
            }
        }
    }

    private static KubernetesClient client(Workplace place, EmulatedCluster cluster)
            throws IOException, InterruptedException {
        Path file = place.directory().resolve("kubeconfig");
        Ran ran = place.run("kubeconfig", "prod", cluster.name(), "--merge=" + file);
        assertThat(ran.exitCode()).as(ran.all()).isZero();
        assertThat(Files.readString(file)).contains("exec:").doesNotContain("token");
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(file.toFile()))
                .build();
    }

    private static List<String> names(KubernetesClient client) {
        return client.namespaces().list().getItems().stream()
                .map(namespace -> namespace.getMetadata().getName())
                .toList();
    }

    private static String whoIs(KubernetesClient client) {
        return client.resource(new SelfSubjectReview())
                .create()
                .getStatus()
                .getUserInfo()
                .getUsername();
    }

    /** An informer that watches again and again, and requests in between: none of it may fail. */
    private static void outlive(EmulatedCloud cloud, KubernetesClient client) throws InterruptedException {
        Set<String> seen = ConcurrentHashMap.newKeySet();
        CountDownLatch late = new CountDownLatch(1);
        try (SharedIndexInformer<Namespace> informer = client.namespaces().inform(new Seen(seen, late))) {
            long end = System.nanoTime() + TWO_LIVES.toNanos();
            while (System.nanoTime() < end) {
                assertThat(names(client)).hasSize(2);
                Thread.sleep(PAUSE_MILLIS);
            }
            cloud.prodVpc().objects().addNamespace("came-late");
            assertThat(late.await(30, TimeUnit.SECONDS)).as("seen: %s", seen).isTrue();
            assertThat(informer.isWatching()).isTrue();
        }
        ClusterRequests watches =
                ClusterRequests.to(cloud.emulator(), cloud.prodVpc()).watches();
        assertThat(watches.count()).isGreaterThan(4);
        assertThat(watches.tokens()).isGreaterThanOrEqualTo(3);
    }

    private record Seen(Set<String> names, CountDownLatch late) implements ResourceEventHandler<Namespace> {
        @Override
        public void onAdd(Namespace namespace) {
            names.add(namespace.getMetadata().getName());
            if (namespace.getMetadata().getName().equals("came-late")) {
                late.countDown();
            }
        }

        @Override
        public void onUpdate(Namespace before, Namespace after) {}

        @Override
        public void onDelete(Namespace namespace, boolean unknown) {}
    }
}
