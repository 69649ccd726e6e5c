package dev.iambroker.server.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code --help}, on every command. */
@Command
final class HelpOption {
    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Show this help.")
    boolean help;
}
