package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** {@code iam-broker} without a command. */
@Command(
        name = "iam-broker",
        synopsisSubcommandLabel = "COMMAND",
        description = "The local credential broker for IBM Cloud.",
        footer = {
            "",
            "Example:",
            "  iam-broker demo",
            "  iam-broker status",
            "  curl -H \"$(iam-broker token prod --header)\" \\",
            "    https://iam.cloud.ibm.com/v1/apikeys",
            "",
            "Exit codes: 0 done, 1 other failure, 2 usage, 3 daemon not reachable,",
            "4 login required, 5 denied, 6 IAM not reachable, 7 unknown account or cluster."
        })
final class RootCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec spec;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; else IAM_BROKER_CONFIG, then the usual places.")
    @Nullable
    Path config;

    @Option(
            names = "--socket",
            paramLabel = "PATH",
            scope = ScopeType.INHERIT,
            description = "The daemon's Unix socket; else IAM_BROKER_SOCKET, then the usual places.")
    @Nullable
    Path socket;

    @Override
    public Integer call() {
        if (spec == null) {
            throw new IllegalStateException("picocli gives each command its spec");
        }
        throw new CommandLine.ParameterException(spec.commandLine(), "a command is missing");
    }
}
