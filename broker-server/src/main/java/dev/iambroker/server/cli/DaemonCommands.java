package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The commands that are the daemon itself, or take a part of it. Each returns the process's exit code, or throws {@link CommandFailure} with
 * the one line to show.
 */
public interface DaemonCommands {
    /** Runs the daemon until it is told to stop. */
    int serve(ServeOptions options);

    /** Runs the emulator and a daemon on it until told to stop. */
    int demo(DemoOptions options);

    /** Listens on a free port of 127.0.0.1, for IBM's own clients. */
    Relay relay(RelayOptions options);

    /** Validates the configuration and prints what is in effect. */
    int checkConfig(CheckOptions options);

    /** The file that {@code serve} would read; nothing says that it exists. */
    Path configPlace(@Nullable Path config);

    /** Reads the configuration that {@code serve} would; null where there is none, or none that this user may read. */
    @Nullable
    ConfigReport inspectConfig(@Nullable Path config);

    /** Says of each file of the store whether it opens; reads only, also beside a daemon. */
    int verifyStore(@Nullable Path config, OutputFormat output);

    /** Gives the store another data key; refuses beside a daemon. */
    int rotateStore(@Nullable Path config, OutputFormat output);

    /**
     * Verifies an audit log without the daemon, by the configured keys; one JSON object, as the daemon answers it.
     *
     * @param files in the order in which they were written; none for the configured one
     * @param from records before this one need not be there
     */
    byte[] verifyAudit(@Nullable Path config, List<Path> files, long from);

    /** How the rules of a configuration decide over a client: the JSON of {@code GET /v1/explain}. */
    String explain(ExplainOptions options);
}
