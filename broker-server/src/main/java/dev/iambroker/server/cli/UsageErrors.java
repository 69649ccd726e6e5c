package dev.iambroker.server.cli;

import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * A call that cannot be understood: one line, and where to read on. Whoever types a secret where none belongs must not
 * find it repeated in a log, so nothing that follows an option is shown, and of a login nothing at all.
 */
final class UsageErrors implements IParameterExceptionHandler {
    private static final Set<Class<?>> NUMBERS = Set.of(int.class, Integer.class, long.class, Long.class);
    private static final Pattern OPTION = Pattern.compile("--?[a-z][a-z-]{0,30}");

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        var command = failure.getCommandLine();
        var name = command.getCommandSpec().qualifiedName();
        command.getErr().println("iam-broker: " + PlainText.of(what(failure, command)) + ": see '" + name + " --help'");
        return ExitCode.USAGE.number();
    }

    private static String what(ParameterException failure, CommandLine command) {
        if (failure instanceof UnmatchedArgumentException unmatched) {
            return unmatched(unmatched, command);
        }
        if (isWrongWord(failure)) {
            return failure.getArgSpec().paramLabel() + " is one of "
                    + String.join(", ", failure.getArgSpec().completionCandidates());
        }
        if (isWrongNumber(failure)) {
            return nameOf(failure.getArgSpec()) + " takes a whole number";
        }
        if (failure instanceof MissingParameterException || !takesSecrets(command)) {
            return lowerFirst(
                    String.valueOf(failure.getMessage()).lines().findFirst().orElse("not understood"));
        }
        return "the arguments are not understood";
    }

    private static boolean isWrongWord(ParameterException failure) {
        return !(failure instanceof MissingParameterException)
                && failure.getArgSpec() != null
                && failure.getArgSpec().completionCandidates() != null;
    }

    /** Where the command says nothing of its own about them. */
    private static boolean isWrongNumber(ParameterException failure) {
        var spec = failure.getArgSpec();
        return !(failure instanceof MissingParameterException)
                && spec != null
                && spec.converters().length == 0
                && NUMBERS.contains(spec.type());
    }

    private static String nameOf(ArgSpec spec) {
        return spec instanceof OptionSpec option ? option.longestName() : spec.paramLabel();
    }

    private static String unmatched(UnmatchedArgumentException failure, CommandLine command) {
        var first =
                failure.getUnmatched().isEmpty() ? "" : failure.getUnmatched().getFirst();
        var name = first.split("=", 2)[0];
        if (!failure.isUnknownOption()) {
            return isCommandExpected(command) ? "there is no such command" + suggestion(failure) : "too many arguments";
        }
        return takesSecrets(command) || !OPTION.matcher(name).matches()
                ? "there is no such option"
                : "there is no option " + name;
    }

    /** The nearest command; what was typed is not repeated, it may have been meant for a prompt. */
    private static String suggestion(UnmatchedArgumentException failure) {
        var nearest = failure.getSuggestions();
        return nearest.isEmpty() ? "" : ", the nearest is '" + nearest.getFirst() + "'";
    }

    private static boolean isCommandExpected(CommandLine command) {
        return command.getParent() == null;
    }

    private static boolean takesSecrets(CommandLine command) {
        return command.getCommand() instanceof LoginCommand;
    }

    private static String lowerFirst(String text) {
        return text.substring(0, 1).toLowerCase(Locale.ROOT) + text.substring(1);
    }
}
