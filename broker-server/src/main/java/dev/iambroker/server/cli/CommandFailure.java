package dev.iambroker.server.cli;

/**
 * A command that could not do its work. The message is the one line that the user sees: what was wrong and what to do
 * next, never a secret. It carries no stack trace, because none is ever shown.
 */
public final class CommandFailure extends RuntimeException {
    private final ExitCode exitCode;

    /** Fails with {@code exitCode}; {@code message} is shown after the program's name. */
    public CommandFailure(ExitCode exitCode, String message) {
        super(PlainText.of(message), null, false, false);
        this.exitCode = exitCode;
    }

    /** What the process ends with. */
    public ExitCode exitCode() {
        return exitCode;
    }
}
