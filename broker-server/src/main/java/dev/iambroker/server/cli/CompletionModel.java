package dev.iambroker.server.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The command line as a completion script needs it, read from the commands themselves. */
record CompletionModel(Word root, List<Word> commands) {
    static CompletionModel of(CommandSpec spec) {
        var commands = new ArrayList<Word>();
        for (var sub : spec.subcommands().values()) {
            if (!sub.getCommandSpec().usageMessage().hidden()) {
                commands.add(word(sub.getCommandSpec()));
            }
        }
        return new CompletionModel(word(spec), List.copyOf(commands));
    }

    private static Word word(CommandSpec spec) {
        return new Word(
                spec.name(),
                first(spec.usageMessage().description()),
                spec.options().stream().map(CompletionModel::option).toList(),
                spec.positionalParameters().stream()
                        .map(CompletionModel::operand)
                        .toList());
    }

    private static Choice option(OptionSpec option) {
        return new Choice(
                option.longestName(),
                first(option.description()),
                option.arity().max() > 0,
                option.arity().min() > 0,
                false,
                values(option));
    }

    private static Choice operand(PositionalParamSpec operand) {
        return new Choice(
                operand.paramLabel(),
                first(operand.description()),
                true,
                true,
                operand.index().isVariable(),
                values(operand));
    }

    private static Values values(ArgSpec argument) {
        if (argument.completionCandidates() != null) {
            var words = StreamSupport.stream(argument.completionCandidates().spliterator(), false)
                    .toList();
            return new Values(Kind.WORDS, words);
        }
        return new Values(Kind.ofLabel(argument.paramLabel()), List.of());
    }

    private static String first(String[] description) {
        return description.length == 0 ? "" : description[0];
    }

    /** A command with its options and what its operands are. */
    record Word(String name, String description, List<Choice> options, List<Choice> operands) {
        /** The names of options after which a word is not an operand. */
        List<String> namesWithValue() {
            return options.stream().filter(Choice::needsValue).map(Choice::name).toList();
        }

        /** The names of options after which a word is not an operand unless it is another option. */
        List<String> namesWithValueOrNone() {
            return options.stream()
                    .filter(option -> option.takesValue() && !option.needsValue())
                    .map(Choice::name)
                    .toList();
        }
    }

    /**
     * An option or an operand.
     *
     * @param repeats whether another may follow, of an operand
     */
    record Choice(
            String name, String description, boolean takesValue, boolean needsValue, boolean repeats, Values values) {}

    /** What can stand there. */
    record Values(Kind kind, List<String> words) {}

    /** Where the values come from. */
    enum Kind {
        WORDS,
        ACCOUNTS,
        CLUSTERS,
        FILES,
        ANYTHING;

        static Kind ofLabel(String label) {
            return switch (label) {
                case "ACCOUNT", "A" -> ACCOUNTS;
                case "CLUSTER", "C" -> CLUSTERS;
                case "FILE", "PATH" -> FILES;
                default -> ANYTHING;
            };
        }
    }
}
