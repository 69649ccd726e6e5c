package dev.iambroker.server.cli;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code unshare} */
@Command(
        name = "unshare",
        description = "End a share: its socket and the connections to it are gone.",
        footer = {"", "Example:", "  iam-broker unshare 4f1c22aa", "  iam-broker unshare --all"})
final class UnshareCommand implements Callable<Integer> {
    private final ClientAccess access;

    @Parameters(arity = "0..1", paramLabel = "ID", description = "Which one; 'iam-broker status' lists them.")
    @Nullable
    String id;

    @Option(names = "--all", description = "All that you may end.")
    boolean all;

    @Mixin
    final OutputOption output = new OutputOption();

    UnshareCommand(ClientAccess access) {
        this.access = access;
    }

    @Override
    public Integer call() {
        if ((id == null) != all || "".equals(id)) {
            throw new CommandFailure(
                    ExitCode.USAGE, "give the ID of a share, or --all: 'iam-broker status' lists them");
        }
        var target = BrokerRequest.with("/v1/unshare", "id", id);
        var empty = "{}".getBytes(StandardCharsets.US_ASCII);
        var ended = access.client().json(BrokerRequest.post(target, empty, BrokerClient.UPSTREAM));
        access.around()
                .out()
                .println(
                        output.isJson()
                                ? Json.pretty(ended)
                                : sentence(ended.path("shares").size()));
        return 0;
    }

    private static String sentence(int count) {
        return switch (count) {
            case 0 -> "no share was open";
            case 1 -> "1 share is ended";
            default -> count + " shares are ended";
        };
    }
}
