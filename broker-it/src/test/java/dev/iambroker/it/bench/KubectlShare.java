package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubeconfigs;
import dev.iambroker.it.harness.Kubectl;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What kubectl takes longer with the plugin than with a token in its kubeconfig, against the emulated API server. */
final class KubectlShare implements Experiment {
    private static final Figure FIGURE = new Figure(
            "kubectl",
            "what the plugin adds to `kubectl get --raw /version`",
            "kubectl with a static token",
            Target.atMost(2, Target.Unit.PERCENT));
    private static final int ROUNDS = 150;
    private static final int PARTS = 5;

    @Override
    public List<Figure> figures() {
        return List.of(FIGURE);
    }

    @Override
    public Map<String, Measured> run(Site site) throws IOException, InterruptedException, NotMeasurable {
        Path kubectl = newest();
        try (Broker broker = Broker.of(site, 1);
                Daemon daemon = broker.started(1)) {
            Kubeconfigs configs = new Kubeconfigs(broker.place());
            String printed = configs.printed("a0", broker.cloud().prodVpc())
                    .replaceFirst("command: .*", "command: \"" + site.plugin() + "\"");
            Path exec = configs.file("exec", printed);
            Answer token = broker.http().get(Broker.tokenRoute(0) + "?kind=kube&cluster=prod-vpc");
            String secret = token.text("access_token");
            Path fixed = configs.file("static", withUser(printed, "token: " + secret));
            Path kept = broker.place().secret("credential.json", credential(secret));
            Path cat = configs.file("cat", withUser(printed, cat(kept)));
            daemon.await("kubectl to get in", () -> PluginStart.isServed(version(kubectl, exec)));
            List<String> environment = List.of("HOME=" + broker.place().directory());
            String lines = site.inTurns(
                    site.rounds(ROUNDS),
                    environment,
                    List.of(version(kubectl, exec), version(kubectl, fixed), version(kubectl, cat)));
            Pairs pairs = Pairs.walls(lines, 0, 1);
            List<Double> shares =
                    pairs.ratios().stream().map(ratio -> (ratio - 1) * 100).toList();
            String remark = pairs.remark("ms", "static token") + ", `cat` of a file as plugin "
                    + Target.digits(Measured.median(Pairs.walls(lines, 2, 1).ours())) + " ms";
            return Map.of(FIGURE.name(), Measured.of(Pairs.medians(shares, PARTS), remark));
        }
    }

    /** The one on PATH may be a dispatcher, which asks the server for its version with one kubectl, and then becomes another. */
    static Path newest() throws IOException, InterruptedException, NotMeasurable {
        Site.program("kubectl");
        return Kubectl.oneOfEach().getLast().program().toRealPath();
    }

    private static List<String> version(Path kubectl, Path kubeconfig) {
        Path cache = kubeconfig.resolveSibling("kubectl-cache");
        return List.of(
                kubectl.toString(),
                "--kubeconfig",
                kubeconfig.toString(),
                "--cache-dir",
                cache.toString(),
                "get",
                "--raw",
                "/version");
    }

    /** Shows what kubectl takes for any plugin. */
    private static String cat(Path file) {
        return "exec: { apiVersion: client.authentication.k8s.io/v1, command: cat, args: [ \"" + file
                + "\" ], interactiveMode: Never }";
    }

    /** As the plugin would print it; what has no end is kept by kubectl for as long as it runs. */
    private static String credential(String token) {
        return "{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"spec\":{},"
                + "\"status\":{\"token\":\"" + token + "\"}}";
    }

    /** The user is what a kubeconfig of the broker ends with. */
    private static String withUser(String kubeconfig, String user) {
        int exec = kubeconfig.indexOf("    exec:");
        if (exec < 0) {
            throw new IllegalStateException("no exec plugin in the kubeconfig");
        }
        return kubeconfig.substring(0, exec) + "    " + user + "\n";
    }
}
