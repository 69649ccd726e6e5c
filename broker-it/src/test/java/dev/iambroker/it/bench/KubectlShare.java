package dev.iambroker.it.bench;

import dev.iambroker.it.harness.Answer;
import dev.iambroker.it.harness.Daemon;
import dev.iambroker.it.harness.Kubeconfigs;
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
        Path kubectl = Site.program("kubectl").toRealPath();
        try (Broker broker = Broker.of(site, 1);
                Daemon daemon = broker.started(1)) {
            Kubeconfigs configs = new Kubeconfigs(broker.place());
            String printed = configs.printed("a0", broker.cloud().prodVpc())
                    .replaceFirst("command: .*", "command: \"" + site.plugin() + "\"");
            Path exec = configs.file("exec", printed);
            Answer token = broker.http().get(Broker.tokenRoute(0) + "?kind=kube&cluster=prod-vpc");
            Path fixed = configs.file("static", withToken(printed, token.text("access_token")));
            daemon.await("kubectl to get in", () -> PluginStart.isServed(version(kubectl, exec)));
            List<String> environment = List.of("HOME=" + broker.place().directory());
            String lines = site.inTurns(
                    site.rounds(ROUNDS), environment, List.of(version(kubectl, exec), version(kubectl, fixed)));
            Pairs pairs = Pairs.walls(lines, 0, 1);
            List<Double> shares =
                    pairs.ratios().stream().map(ratio -> (ratio - 1) * 100).toList();
            return Map.of(FIGURE.name(), Measured.of(Pairs.medians(shares, PARTS), pairs.remark("ms", "static token")));
        }
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

    /** The user is what a kubeconfig of the broker ends with. */
    private static String withToken(String kubeconfig, String token) {
        int exec = kubeconfig.indexOf("    exec:");
        if (exec < 0) {
            throw new IllegalStateException("no exec plugin in the kubeconfig");
        }
        return kubeconfig.substring(0, exec) + "    token: " + token + "\n";
    }
}
