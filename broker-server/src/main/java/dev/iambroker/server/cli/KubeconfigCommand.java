package dev.iambroker.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code kubeconfig} */
@Command(
        name = "kubeconfig",
        description = {
            "Print a kubeconfig whose user is the exec plugin, or merge it into one.",
            "Merging keeps a copy of the file, and never changes an entry that is there unless told to."
        },
        footer = {
            "",
            "Example:",
            "  iam-broker kubeconfig prod build-cluster > build.yaml",
            "  iam-broker kubeconfig prod --all --merge"
        })
final class KubeconfigCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Parameters(index = "1..*", arity = "0..*", paramLabel = "CLUSTER", description = "Clusters, by ID or name.")
    List<String> clusters = new ArrayList<>();

    @Option(names = "--all", description = "Every cluster of the account.")
    boolean all;

    @Option(
            names = "--endpoint",
            paramLabel = "WHICH",
            description = "public or private: the API server's address to write (default: public where there is one).")
    @Nullable
    Endpoint endpoint;

    @Option(
            names = "--merge",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "FILE",
            description = "Merge into FILE (default: the first of KUBECONFIG, else ~/.kube/config).")
    @Nullable
    String merge;

    @Option(names = "--overwrite", description = "With --merge: replace entries of the same name.")
    boolean overwrite;

    KubeconfigCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        requireClusters();
        requireMerge();
        var client = access.client();
        var document = document(client, all ? allClusters(client) : clusters);
        if (merge == null) {
            access.around().out().print(document.text());
        } else {
            mergeInto(KubeconfigFile.of(merge, access.around()), document);
        }
        return 0;
    }

    private void requireClusters() {
        if (all == clusters.isEmpty()) {
            return;
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                "give the clusters by name or ID, or --all for every one: 'iam-broker clusters " + account.name
                        + "' lists them" + takenAsFile());
    }

    /** What comes behind {@code --merge} is its file, also where it was meant as the account. */
    private String takenAsFile() {
        return all || merge == null || merge.isEmpty() || merge.contains("/")
                ? ""
                : " (--merge took '" + merge + "' as its file: write --merge last, or --merge=FILE)";
    }

    private void requireMerge() {
        if (overwrite && merge == null) {
            throw new CommandFailure(
                    ExitCode.USAGE, "--overwrite is of use with --merge alone: add --merge, or --merge=FILE");
        }
    }

    /** As they are now: one that was made a minute ago must not be left out in silence. */
    private List<String> allClusters(BrokerClient client) {
        var target = account.path() + "/clusters?refresh=true";
        var answer = client.json(BrokerRequest.get(target, BrokerClient.UPSTREAM));
        var ids = answer.path("clusters")
                .valueStream()
                .map(cluster -> cluster.path("id").asString(""))
                .toList();
        if (ids.isEmpty()) {
            throw new CommandFailure(ExitCode.UNKNOWN_NAME, "account \"" + account.name + "\" has no clusters");
        }
        return ids;
    }

    private KubeconfigDocument document(BrokerClient client, List<String> names) {
        var document = fetch(client, names.getFirst());
        for (var name : names.subList(1, names.size())) {
            document.merge(fetch(client, name), true);
        }
        return document;
    }

    private KubeconfigDocument fetch(BrokerClient client, String cluster) {
        var path = account.path() + "/clusters/" + BrokerRequest.encode(cluster) + "/kubeconfig";
        var target = BrokerRequest.with(path, "endpoint", endpoint == null ? null : endpoint.toString());
        var answer = client.send(BrokerRequest.get(target, BrokerClient.UPSTREAM));
        return KubeconfigDocument.parse(answer.text(), "the daemon's answer");
    }

    private void mergeInto(KubeconfigFile file, KubeconfigDocument document) {
        var report = file.merge(document, overwrite, access.around().clock().instant());
        access.around().out().println(report);
    }

    enum Endpoint {
        PUBLIC,
        PRIVATE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
