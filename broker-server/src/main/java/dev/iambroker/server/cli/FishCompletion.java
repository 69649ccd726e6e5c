package dev.iambroker.server.cli;

import dev.iambroker.server.cli.CompletionModel.Choice;
import dev.iambroker.server.cli.CompletionModel.Values;
import dev.iambroker.server.cli.CompletionModel.Word;
import java.util.stream.Collectors;

/** Completion for fish. */
final class FishCompletion {
    private static final String HEAD = """
            # fish completion for iam-broker, made by 'iam-broker completion fish'
            complete -c iam-broker -f
            """;

    private static final String ACCOUNTS = "(iam-broker __complete accounts 2>/dev/null)";

    private FishCompletion() {}

    static String script(CompletionModel model) {
        return HEAD
                + options("__fish_use_subcommand", model.root())
                + model.commands().stream().map(FishCompletion::command).collect(Collectors.joining());
    }

    private static String command(Word word) {
        var inside = "__fish_seen_subcommand_from " + word.name();
        var operand = word.operand();
        return "complete -c iam-broker -n __fish_use_subcommand -a " + word.name() + " -d " + quoted(word.description())
                + "\n"
                + options(inside, word)
                + (operand == null ? "" : condition(inside) + argument(operand.values()) + "\n");
    }

    private static String options(String condition, Word word) {
        return word.options().stream()
                .map(option -> condition(condition) + option(option) + "\n")
                .collect(Collectors.joining());
    }

    private static String condition(String condition) {
        return "complete -c iam-broker -n '" + condition + "'";
    }

    private static String option(Choice option) {
        return " -l " + option.name().substring(2)
                + (option.needsValue() ? required(option.values()) : "")
                + (option.takesValue() ? argument(option.values()) : "")
                + " -d " + quoted(option.description());
    }

    private static String required(Values values) {
        return values.kind() == CompletionModel.Kind.FILES ? " -r" : " -x";
    }

    private static String argument(Values values) {
        return switch (values.kind()) {
            case WORDS -> " -a '" + String.join(" ", values.words()) + "'";
            case ACCOUNTS -> " -a '" + ACCOUNTS + "'";
            case FILES -> " -F";
            case CLUSTERS, ANYTHING -> "";
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
