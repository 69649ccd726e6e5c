package dev.iambroker.server.cli;

import picocli.CommandLine.Option;

/** {@code --output}, on every command that prints data. */
final class OutputOption {
    @Option(
            names = "--output",
            paramLabel = "FORMAT",
            defaultValue = "table",
            description = "table for people, json for scripts (default: ${DEFAULT-VALUE}).")
    OutputFormat format = OutputFormat.TABLE;

    boolean isJson() {
        return format == OutputFormat.JSON;
    }
}
