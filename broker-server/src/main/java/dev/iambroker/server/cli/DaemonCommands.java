package dev.iambroker.server.cli;

/**
 * The commands that are the daemon itself. Each returns the process's exit code, or throws {@link CommandFailure} with
 * the one line to show.
 */
public interface DaemonCommands {
    /** Runs the daemon until it is told to stop. */
    int serve(ServeOptions options);

    /** Runs the emulator and a daemon on it until told to stop. */
    int demo(DemoOptions options);

    /** Validates the configuration and prints what is in effect. */
    int checkConfig(CheckOptions options);

    /** How the rules of a configuration decide over a client: the JSON of {@code GET /v1/explain}. */
    String explain(ExplainOptions options);
}
