package dev.iambroker.server.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.ParseResult;

/** A failure is one line on stderr. */
final class Failures implements IExecutionExceptionHandler {
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, ParseResult parsed) {
        return report(command.getErr(), failure);
    }

    /** Says what failed, and returns the exit code of it. */
    static int report(PrintWriter err, Exception failure) {
        if (failure instanceof CommandFailure expected) {
            err.println("iam-broker: " + expected.getMessage());
            return expected.exitCode().number();
        }
        err.println("iam-broker: " + defect(failure));
        return ExitCode.FAILURE.number();
    }

    /** Where a defect is, without its message, which nobody wrote with secrets in mind. */
    private static String defect(Exception failure) {
        var trace = failure.getStackTrace();
        var place = trace.length == 0 ? "an unknown place" : trace[0].getFileName() + ":" + trace[0].getLineNumber();
        return "internal error, " + failure.getClass().getSimpleName() + " at " + place + ": please report it";
    }
}
