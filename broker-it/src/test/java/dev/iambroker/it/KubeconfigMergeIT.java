package dev.iambroker.it;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.it.harness.Checkout;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubectl;
import dev.iambroker.it.harness.Ran;
import dev.iambroker.it.harness.SampleCloud;
import dev.iambroker.it.harness.Workplace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Files that other programs and people wrote, with a cluster merged in, as every kubectl of this machine reads them. */
final class KubeconfigMergeIT {
    private static final Path CORPUS = Checkout.root().resolve("broker-server/src/test/resources/kubeconfigs");
    private static final List<String> SECTIONS = List.of("clusters", "contexts", "users");

    @Test
    void everyKubectl_readsWhatItReadBefore_andTheCluster() throws Exception {
        List<Kubectl> kubectls = Kubectl.oneOfEach();
        try (var cloud = SampleCloud.start();
                var place = Workplace.create()) {
            place.secret("prod-key", EmulatedCloud.PROD_API_KEY);
            place.configure(cloud.emulator(), """
                    accounts:
                      prod: { api-key: { file: prod-key }, account-id: %s }
                    """.formatted(EmulatedCloud.PROD_ACCOUNT));
            try (Daemon daemon = place.serve()) {
                assertThat(daemon.isAlive()).isTrue();
                int read = 0;
                for (Path original : corpus()) {
                    read += compare(kubectls, place, original) ? 1 : 0;
                }
                assertThat(read).as("files that kubectl takes").isGreaterThan(10);
            }
        }
    }

    private static List<Path> corpus() throws IOException {
        try (Stream<Path> files = Files.list(CORPUS)) {
            return files.sorted().toList();
        }
    }

    /** Whether kubectl takes the file at all; one that it does not take must be no better or worse afterwards. */
    private static boolean compare(List<Kubectl> kubectls, Workplace place, Path original) throws Exception {
        Path file = place.directory().resolve(original.getFileName().toString());
        Files.copy(original, file);
        List<Ran> before = views(kubectls, place, file);
        Ran merged = place.run("kubeconfig", "prod", "prod-vpc", "--merge=" + file);
        assertThat(merged.exitCode()).as(original + ": " + merged.all()).isZero();
        List<Ran> after = views(kubectls, place, file);
        for (int i = 0; i < kubectls.size(); i++) {
            String which =
                    original.getFileName() + " by kubectl " + kubectls.get(i).version();
            assertThat(after.get(i).exitCode())
                    .as(which + ": " + after.get(i).all())
                    .isEqualTo(before.get(i).exitCode());
            if (before.get(i).exitCode() == 0) {
                compare(which, read(before.get(i)), read(after.get(i)));
            }
        }
        return before.getFirst().exitCode() == 0;
    }

    private static List<Ran> views(List<Kubectl> kubectls, Workplace place, Path file)
            throws InterruptedException, ExecutionException {
        // All at once: none of them writes.
        List<Future<Ran>> running = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (Kubectl kubectl : kubectls) {
                running.add(
                        threads.submit(() -> kubectl.run(place, file, "config", "view", "--raw", "--output", "json")));
            }
        }
        List<Ran> views = new ArrayList<>();
        for (Future<Ran> each : running) {
            views.add(each.get());
        }
        return views;
    }

    private static JsonNode read(Ran view) {
        return JsonMapper.shared().readTree(view.out());
    }

    private static void compare(String which, JsonNode before, JsonNode after) {
        for (String section : SECTIONS) {
            List<JsonNode> others = after.path(section)
                    .valueStream()
                    .filter(entry -> !entry.path("name").asString("").contains("/emulated0prod0vpc"))
                    .toList();
            assertThat(others)
                    .as("%s of %s", section, which)
                    .containsExactlyElementsOf(
                            before.path(section).valueStream().toList());
            assertThat(after.path(section).size())
                    .as("%s of %s", section, which)
                    .isEqualTo(others.size() + 1);
        }
        assertThat(after.path("preferences")).as(which).isEqualTo(before.path("preferences"));
        String current = before.path("current-context").asString("");
        assertThat(after.path("current-context").asString(""))
                .as(which)
                .isEqualTo(current.isEmpty() ? "prod-vpc/emulated0prod0vpc" : current);
    }
}
