package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code store} */
@Command(
        name = "store",
        description = {
            "Verify the stored sessions, or give them another data key.",
            "verify: a line for each key and file; reads only, also while the daemon runs. rotate: every session is"
                    + " sealed anew under a new data key, which each configured state key opens; the daemon must be stopped."
        },
        footer = {
            "",
            "Example:",
            "  iam-broker store verify",
            "  iam-broker store verify --output json",
            "  iam-broker store rotate"
        })
final class StoreCommand implements Callable<Integer> {
    private final RootCommand root;
    private final DaemonCommands daemon;

    @Parameters(paramLabel = "WHAT", description = "verify or rotate.")
    What what = What.VERIFY;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "The configuration; else IAM_BROKER_CONFIG, then the usual places.")
    @Nullable
    Path config;

    @Mixin
    final OutputOption output = new OutputOption();

    StoreCommand(RootCommand root, DaemonCommands daemon) {
        this.root = root;
        this.daemon = daemon;
    }

    @Override
    public Integer call() {
        var file = config == null ? root.config : config;
        return switch (what) {
            case VERIFY -> daemon.verifyStore(file, output.format);
            case ROTATE -> daemon.rotateStore(file, output.format);
        };
    }

    enum What {
        VERIFY,
        ROTATE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
