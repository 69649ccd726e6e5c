package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code serve} */
@Command(
        name = "serve",
        description = "Run the daemon in the foreground; it logs to stderr.",
        footer = {"", "Example:", "  iam-broker serve --config ~/.config/iam-broker/broker.yaml"})
final class ServeCommand implements Callable<Integer> {
    private final RootCommand root;
    private final DaemonCommands daemon;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; else IAM_BROKER_CONFIG, then the usual places.")
    @Nullable
    Path config;

    ServeCommand(RootCommand root, DaemonCommands daemon) {
        this.root = root;
        this.daemon = daemon;
    }

    @Override
    public Integer call() {
        return daemon.serve(new ServeOptions(config == null ? root.config : config, root.socket));
    }
}
