package dev.iambroker.server.cli;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Parameters;

/** Where the passphrase of {@code lock} and {@code unlock} comes from: the terminal, or stdin for {@code -}. */
final class PassphraseParameter {
    @Parameters(arity = "0..1", paramLabel = "-", description = "Read the passphrase from stdin.")
    @Nullable
    String source;

    boolean isStdin() {
        return "-".equals(source);
    }

    /** @throws CommandFailure for anything that could be the passphrase itself */
    String value(String command) {
        if (source == null || isStdin()) {
            return source == null ? "" : source;
        }
        throw new CommandFailure(
                ExitCode.USAGE,
                command + " takes no argument but '-', since arguments can be read by others: run 'iam-broker "
                        + command + "' to be asked, or 'iam-broker " + command + " -' to pass the passphrase on stdin");
    }
}
