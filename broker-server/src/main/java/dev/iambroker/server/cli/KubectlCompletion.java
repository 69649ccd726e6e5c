package dev.iambroker.server.cli;

import dev.iambroker.server.cli.CompletionModel.Choice;
import dev.iambroker.server.cli.CompletionModel.Kind;
import dev.iambroker.server.cli.CompletionModel.Values;
import dev.iambroker.server.cli.CompletionModel.Word;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What kubectl, from 1.26 on, asks of {@code kubectl_complete-iam_broker}: the words after {@code kubectl iam-broker}, the
 * last of them unfinished. The answer is a choice a line, a tab before its description, then a line of cobra's: a colon and
 * what the shell should do besides. Confined to one thread.
 */
final class KubectlCompletion {
    /** Cobra's ShellCompDirectiveNoFileComp and ShellCompDirectiveDefault. */
    private static final String NO_FILES = ":4";

    private static final String FILES_TOO = ":0";

    private final CompletionModel model;
    private final String unfinished;
    private @Nullable Word command;
    private @Nullable Choice pending;
    private @Nullable String socket;
    private @Nullable String account;
    private int operands;

    private KubectlCompletion(CompletionModel model, String unfinished) {
        this.model = model;
        this.unfinished = unfinished;
    }

    static KubectlCompletion of(CompletionModel model, List<String> words) {
        var line = new KubectlCompletion(model, words.isEmpty() ? "" : words.getLast());
        words.subList(0, Math.max(0, words.size() - 1)).forEach(line::take);
        return line;
    }

    /** That of the line, where it names one. */
    @Nullable
    String socket() {
        return socket;
    }

    private void take(String word) {
        var option = pending;
        pending = null;
        if (option != null && isValue(option, word)) {
            valued(option, word);
        } else if (word.startsWith("-")) {
            takeOption(word);
        } else if (command == null && operands == 0) {
            command = model.commands().stream()
                    .filter(each -> each.name().equals(word))
                    .findFirst()
                    .orElse(null);
            operands = command == null ? 1 : 0;
        } else {
            var operand = operand();
            if (operand != null) {
                valued(operand, word);
            }
            operands++;
        }
    }

    private void takeOption(String word) {
        int end = word.indexOf('=');
        var option = option(end < 0 ? word : word.substring(0, end));
        if (option != null && end >= 0) {
            valued(option, word.substring(end + 1));
        } else if (option != null && option.takesValue()) {
            pending = option;
        }
    }

    /** What follows an option that may go without a value is its value all the same, unless it is another option. */
    private static boolean isValue(Choice option, String word) {
        return option.needsValue() || !word.startsWith("-");
    }

    private void valued(Choice choice, String value) {
        if (choice.name().equals("--socket")) {
            socket = value;
        } else if (choice.values().kind() == Kind.ACCOUNTS) {
            account = value;
        }
    }

    private @Nullable Choice option(String name) {
        return options()
                .filter(option -> option.name().equals(name))
                .findFirst()
                .orElse(null);
    }

    private Stream<Choice> options() {
        return (command == null ? model.root() : command).options().stream();
    }

    private @Nullable Choice operand() {
        var choices = command == null ? List.<Choice>of() : command.operands();
        if (operands < choices.size()) {
            return choices.get(operands);
        }
        return !choices.isEmpty() && choices.getLast().repeats() ? choices.getLast() : null;
    }

    /** @param clusters those of an account */
    List<String> answer(Supplier<List<String>> accounts, Function<String, List<String>> clusters) {
        var values = values();
        var prefix = unfinished.startsWith("--") && unfinished.contains("=")
                ? unfinished.substring(0, unfinished.indexOf('=') + 1)
                : "";
        var choices = values == null ? names() : words(values, accounts, clusters);
        var lines = new ArrayList<>(choices.map(choice -> prefix + choice)
                .filter(choice -> choice.startsWith(unfinished))
                .toList());
        lines.add(values != null && values.kind() == Kind.FILES ? FILES_TOO : NO_FILES);
        return lines;
    }

    /** Null where a command's or an option's name comes next. */
    private @Nullable Values values() {
        if (pending != null && isValue(pending, unfinished)) {
            return pending.values();
        }
        int end = unfinished.indexOf('=');
        if (unfinished.startsWith("-")) {
            var option = end < 0 ? null : option(unfinished.substring(0, end));
            return option == null ? null : option.values();
        }
        var operand = operand();
        return operand == null ? null : operand.values();
    }

    private Stream<String> names() {
        if (unfinished.startsWith("-")) {
            return options().map(option -> described(option.name(), option.description()));
        }
        return command == null && operands == 0
                ? model.commands().stream().map(each -> described(each.name(), each.description()))
                : Stream.of();
    }

    private static String described(String name, String description) {
        return description.isEmpty() ? name : name + "\t" + description;
    }

    private Stream<String> words(
            Values values, Supplier<List<String>> accounts, Function<String, List<String>> clusters) {
        return switch (values.kind()) {
            case WORDS -> values.words().stream();
            case ACCOUNTS -> accounts.get().stream();
            case CLUSTERS -> account == null ? Stream.of() : clusters.apply(Objects.requireNonNull(account)).stream();
            case FILES, ANYTHING -> Stream.of();
        };
    }
}
