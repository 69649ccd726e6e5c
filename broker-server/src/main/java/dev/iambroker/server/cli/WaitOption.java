package dev.iambroker.server.cli;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** {@code --wait}: how long the daemon may wait for IAM. */
final class WaitOption {
    private static final Duration DEFAULT = Duration.ofSeconds(10);
    private static final Duration MAX = Duration.ofSeconds(60);

    @Option(
            names = "--wait",
            paramLabel = "10s",
            converter = Durations.class,
            description = "How long to wait for IAM, at most 60s (default: 10s).")
    @Nullable
    Duration wait;

    /** The value for the query; null where the daemon's own default will do. */
    @Nullable
    String seconds() {
        if (wait != null && wait.compareTo(MAX) > 0) {
            throw new CommandFailure(ExitCode.USAGE, "--wait is at most 60s: give less");
        }
        return wait == null ? null : Long.toString(wait.toSeconds());
    }

    /** For the exchange with the daemon: its wait, and some time to answer. */
    Duration limit() {
        return (wait == null ? DEFAULT : wait).plus(BrokerClient.MARGIN);
    }
}
