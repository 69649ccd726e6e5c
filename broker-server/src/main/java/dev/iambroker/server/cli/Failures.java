package dev.iambroker.server.cli;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** A failure is one line on stderr. */
final class Failures implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        if (failure instanceof CommandFailure expected) {
            command.getErr().println("iam-broker: " + expected.getMessage());
            return expected.exitCode().number();
        }
        command.getErr().println("iam-broker: " + defect(failure));
        return ExitCode.FAILURE.number();
    }

    /** Where a defect is, without its message, which nobody wrote with secrets in mind. */
    private static String defect(Exception failure) {
        var trace = failure.getStackTrace();
        var place = trace.length == 0 ? "an unknown place" : trace[0].getFileName() + ":" + trace[0].getLineNumber();
        return "internal error, " + failure.getClass().getSimpleName() + " at " + place + ": please report it";
    }
}
