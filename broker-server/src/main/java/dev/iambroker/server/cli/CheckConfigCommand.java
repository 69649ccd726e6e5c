package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code check-config} */
@Command(
        name = "check-config",
        description = "Validate the configuration and print what is in effect, and where each value comes from.",
        footer = {"", "Example:", "  iam-broker check-config --config /etc/iam-broker/broker.yaml"})
final class CheckConfigCommand implements Callable<Integer> {
    private final RootCommand root;
    private final DaemonCommands daemon;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; else IAM_BROKER_CONFIG, then the usual places.")
    @Nullable
    Path config;

    @Mixin
    final OutputOption output = new OutputOption();

    CheckConfigCommand(RootCommand root, DaemonCommands daemon) {
        this.root = root;
        this.daemon = daemon;
    }

    @Override
    public Integer call() {
        return daemon.checkConfig(new CheckOptions(config == null ? root.config : config, output.format));
    }
}
