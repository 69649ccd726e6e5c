package dev.iambroker.server.cli;

import dev.iambroker.broker.ShareRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** {@code share} */
@Command(
        name = "share",
        description = {
            "Open a socket that gives one kind of token of one account and nothing else.",
            "Prints its path. For a container mount its directory; 'ssh -R' forwards it. It ends by itself, after its"
                    + " uses, by 'iam-broker unshare' and with the daemon. Whoever can connect to it may use it."
        },
        footer = {
            "",
            "Example:",
            "  iam-broker share prod --kind kube --cluster build --ttl 2h --uses 100",
            "  socket=$(iam-broker share prod --mode 0666)",
            "  docker run -v \"$(dirname \"$socket\")\":/run/iam-broker ..."
        })
final class ShareCommand implements Callable<Integer> {
    private static final List<String> MODES = List.of("0600", "0660", "0666");

    private final ClientAccess access;

    @Mixin
    final AccountParameter account = new AccountParameter();

    @Option(names = "--kind", paramLabel = "KIND", description = "access, kube or uaa (default: access).")
    TokenCommand.Kind kind = TokenCommand.Kind.ACCESS;

    @Option(names = "--cluster", paramLabel = "C", description = "For kind kube: only this cluster, by ID or name.")
    @Nullable
    String cluster;

    @Option(
            names = "--ttl",
            paramLabel = "TIME",
            converter = Durations.class,
            description = "When it ends: 1s to 168h (default: 1h).")
    @Nullable
    Duration ttl;

    @Option(names = "--uses", paramLabel = "N", description = "After so many tokens it ends (default: any number).")
    @Nullable
    Long uses;

    @Option(
            names = "--mode",
            paramLabel = "MODE",
            description = "Who may connect: 0600 you alone (default), 0660, or 0666 whoever knows the path.")
    @Nullable
    String mode;

    @Mixin
    final OutputOption output = new OutputOption();

    ShareCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        var target = account.path() + "/shares";
        demandInBounds();
        target = BrokerRequest.with(target, "kind", kind.toString());
        target = BrokerRequest.with(target, "cluster", cluster);
        target = BrokerRequest.with(target, "ttl", ttl == null ? null : Long.toString(ttl.toSeconds()));
        target = BrokerRequest.with(target, "uses", uses == null ? null : uses.toString());
        target = BrokerRequest.with(target, "mode", mode);
        var empty = "{}".getBytes(StandardCharsets.US_ASCII);
        JsonNode share = access.client().json(BrokerRequest.post(target, empty, BrokerClient.UPSTREAM));
        access.around().out().println(output.isJson() ? Json.pretty(share) : Json.cell(share, "path"));
        return 0;
    }

    /** In the words of whoever typed the options; the daemon speaks of its query. */
    private void demandInBounds() {
        demand(
                ttl == null || (ttl.compareTo(ShareRequest.SHORTEST) >= 0 && ttl.compareTo(ShareRequest.LONGEST) <= 0),
                "--ttl takes 1s to " + ShareRequest.LONGEST.toHours() + "h");
        demand(
                uses == null || (uses >= 1 && uses <= ShareRequest.MOST_USES),
                "--uses takes 1 to " + ShareRequest.MOST_USES);
        demand(mode == null || MODES.contains(mode), "--mode is one of " + String.join(", ", MODES));
        demand(
                cluster == null || kind == TokenCommand.Kind.KUBE,
                "--cluster goes with --kind kube alone: a token of another kind is for the whole account");
    }

    private static void demand(boolean isSo, String otherwise) {
        if (!isSo) {
            throw new CommandFailure(ExitCode.USAGE, otherwise + ": see 'iam-broker share --help'");
        }
    }
}
