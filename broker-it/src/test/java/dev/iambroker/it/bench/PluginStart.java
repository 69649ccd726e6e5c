package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Program;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The exec plugin as kubectl starts it, beside a plugin that has its token in a file. */
final class PluginStart implements Experiment {
    private static final Figure FIGURE = new Figure(
            "plugin",
            "exec plugin, whole process, warm token",
            "gke-gcloud-auth-plugin with a warm cache",
            Target.atMost(0.1, Target.Unit.TIMES));
    private static final int ROUNDS = 200;
    private static final int PARTS = 5;
    /** What the prototypes of both took of curl's time: 0.24 and 3.88 of 6.04 ms. */
    private static final double GKE_OF_CURL = 0.6;

    private static final String EXEC_INFO =
            "KUBERNETES_EXEC_INFO={\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\","
                    + "\"spec\":{\"interactive\":false}}";

    @Override
    public List<Figure> figures() {
        return List.of(FIGURE);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException, NotMeasurable {
        boolean hasGke =
                Program.shell("command -v gke-gcloud-auth-plugin").run().exitCode() == 0;
        if (!hasGke) {
            Site.program("curl");
        }
        try (Broker broker = Broker.of(site, 1);
                Daemon daemon = broker.started(1)) {
            List<String> plugin = command(site, broker);
            List<String> peer = hasGke ? List.of("gke-gcloud-auth-plugin") : curl(broker);
            daemon.await("a token for clusters", () -> isServed(plugin));
            Path kubeconfig = warmCache(Files.createDirectory(site.folder().resolve("gke")));
            List<String> environment = List.of("KUBECONFIG=" + kubeconfig, EXEC_INFO);
            String lines = site.inTurns(site.rounds(ROUNDS), environment, List.of(plugin, peer));
            Pairs pairs = Pairs.walls(lines, 0, 1);
            double share = hasGke ? 1 : GKE_OF_CURL;
            List<Double> ratios =
                    pairs.ratios().stream().map(ratio -> ratio / share).toList();
            String remark =
                    pairs.remark("ms", hasGke ? "gke" : "curl") + (hasGke ? "" : ", of which 0.6 stands for gke");
            return Map.of(FIGURE.name(), Measured.of(Pairs.medians(ratios, PARTS), remark));
        }
    }

    static List<String> command(Site site, Broker broker) {
        return List.of(site.plugin().toString(), "--socket", broker.socket().toString(), "--account", "a0");
    }

    private static List<String> curl(Broker broker) {
        return List.of(
                "curl", "-sSf", "--unix-socket", broker.socket().toString(), "http://localhost" + Broker.tokenRoute(0));
    }

    static boolean isServed(List<String> plugin) {
        try {
            return Program.of(plugin.toArray()).run().exitCode() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Its cache lies beside the kubeconfig that it is named by, and is good for the context that is current there. */
    private static Path warmCache(Path folder) throws IOException {
        Files.writeString(folder.resolve("gke_gcloud_auth_plugin_cache"), """
                {"current_context":"bench","access_token":"%s","token_expiry":"%s","extra_args":""}
                """.formatted(
                        "t".repeat(1024), Instant.ofEpochSecond(Instant.now().getEpochSecond() + 36_000)));
        return Files.writeString(folder.resolve("config"), """
                apiVersion: v1
                kind: Config
                current-context: bench
                contexts: [ { name: bench, context: { cluster: bench, user: bench } } ]
                clusters: [ { name: bench, cluster: { server: "https://127.0.0.1:1" } } ]
                users: []
                """);
    }
}
