package dev.iambroker.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code kube-credential}, for where the launcher finds no faster client. */
@Command(
        name = "kube-credential",
        description = "Answer kubectl as its exec plugin; KUBERNETES_EXEC_INFO says what it wants.",
        footer = {"", "Example:", "  iam-broker kube-credential --account prod --cluster build-cluster"})
final class KubeCredentialCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Option(
            names = "--account",
            paramLabel = "A",
            description = "The account; else the one whose cluster kubectl names.")
    @Nullable
    String account;

    @Option(names = "--cluster", paramLabel = "C", description = "The cluster: an ID, or a name.")
    @Nullable
    String cluster;

    @Mixin
    final WaitOption wait = new WaitOption();

    KubeCredentialCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        var around = access.around();
        var wish = around.environment().getOrDefault("KUBERNETES_EXEC_INFO", "");
        var request = BrokerRequest.post(target(), wish.getBytes(StandardCharsets.UTF_8), wait.limit());
        var answer = access.silentClient().send(request);
        BrokerClient.parsed(answer);
        around.out().println(answer.text().stripTrailing());
        return 0;
    }

    private String target() {
        var target = BrokerRequest.with("/v1/kube-credential", "account", account);
        target = BrokerRequest.with(target, "cluster", cluster);
        return BrokerRequest.with(target, "wait", wait.seconds());
    }
}
