package dev.iambroker.server.cli;

import dev.iambroker.server.cli.CompletionModel.Choice;
import dev.iambroker.server.cli.CompletionModel.Values;
import dev.iambroker.server.cli.CompletionModel.Word;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Completion for fish. */
final class FishCompletion {
    private static final String HEAD = """
            # fish completion for iam-broker, made by 'iam-broker completion fish'
            function __iam_broker_words # the command and its operands, without what belongs to options
                set -l skip no
                for word in (commandline -opc)[2..-1]
                    if test $skip = yes; or begin; test $skip = maybe; and not string match -q -- '-*' $word; end
                        set skip no
                        continue
                    end
                    set skip no
                    switch $word
                        case @VALUED@
                            set skip yes
                        case @MAYBE@
                            set skip maybe
                        case '-*'
                        case '*'
                            echo $word
                    end
                end
            end
            function __iam_broker_value # of that option, as far as the line is written
                set -l line (commandline -opc)
                set -l at (contains -i -- $argv[1] $line); and echo $line[(math $at + 1)]
            end
            function __iam_broker_ask
                set -l socket (__iam_broker_value --socket)
                iam-broker (test -n "$socket"; and printf '%s\\n' --socket $socket) __complete $argv 2>/dev/null
            end
            function __iam_broker_clusters
                set -l account (__iam_broker_value --account) (__iam_broker_words)[2]
                test -n "$account[1]"; and __iam_broker_ask clusters $account[1]
            end
            function __iam_broker_at # whether that command's operand of that place comes next
                set -l words (__iam_broker_words)
                test "$words[1]" = $argv[1]; and test (count $words) -$argv[2] $argv[3]
            end
            complete -c iam-broker -f
            """;

    private static final String ACCOUNTS = "(__iam_broker_ask accounts)";
    private static final String CLUSTERS = "(__iam_broker_clusters)";

    private FishCompletion() {}

    static String script(CompletionModel model) {
        return HEAD.replace("@VALUED@", names(model, Word::namesWithValue))
                        .replace("@MAYBE@", names(model, Word::namesWithValueOrNone))
                + options("__fish_use_subcommand", model.root())
                + model.commands().stream().map(FishCompletion::command).collect(Collectors.joining());
    }

    private static String names(CompletionModel model, Function<Word, List<String>> names) {
        return Stream.concat(Stream.of(model.root()), model.commands().stream())
                .flatMap(word -> names.apply(word).stream())
                .distinct()
                .collect(Collectors.joining(" "));
    }

    private static String command(Word word) {
        var inside = "__fish_seen_subcommand_from " + word.name();
        return "complete -c iam-broker -n __fish_use_subcommand -a " + word.name() + " -d " + quoted(word.description())
                + "\n"
                + options(inside, word)
                + operands(word);
    }

    /** The command is a word too, so that its first operand comes where one word is. */
    private static String operands(Word word) {
        var lines = new StringBuilder();
        for (var place = 0; place < word.operands().size(); place++) {
            var operand = word.operands().get(place);
            var where = "__iam_broker_at " + word.name() + (operand.repeats() ? " ge " : " eq ") + (place + 1);
            lines.append(condition(where)).append(argument(operand.values())).append('\n');
        }
        return lines.toString();
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
            case CLUSTERS -> " -a '" + CLUSTERS + "'";
            case ANYTHING -> "";
        };
    }

    private static String quoted(String text) {
        return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
    }
}
