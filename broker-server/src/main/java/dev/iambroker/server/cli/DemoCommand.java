package dev.iambroker.server.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code demo} */
@Command(
        name = "demo",
        description = "Run a broker on a built-in IAM emulator in a temporary directory, and print what to try.",
        footer = {"", "Example:", "  iam-broker demo"})
final class DemoCommand implements Callable<Integer> {
    private final RootCommand root;
    private final DaemonCommands daemon;

    DemoCommand(RootCommand root, DaemonCommands daemon) {
        this.root = root;
        this.daemon = daemon;
    }

    @Override
    public Integer call() {
        return daemon.demo(new DemoOptions(root.socket));
    }
}
