package dev.iambroker.server.cli;

import dev.iambroker.server.cli.CompletionModel.Choice;
import dev.iambroker.server.cli.CompletionModel.Values;
import dev.iambroker.server.cli.CompletionModel.Word;
import java.util.stream.Collectors;

/** Completion for zsh. */
final class ZshCompletion {
    private static final String FRAME = """
            #compdef iam-broker
            # zsh completion for iam-broker, made by 'iam-broker completion zsh'
            _iam_broker_ask() {
                local -a names
                local at=${words[(I)--socket]}
                ((at > 0)) && socket=(--socket "${words[at+1]}")
                names=(${(f)"$(iam-broker $socket __complete "$@" 2>/dev/null)"})
                compadd -a names
            }
            _iam_broker_accounts() { _iam_broker_ask accounts }
            _iam_broker_clusters() {
                local account=${opt_args[--account]:-$line[1]}
                [[ -n $account ]] && _iam_broker_ask clusters $account
            }
            _iam_broker_commands() {
                local -a commands=(
            @COMMANDS@    )
                _describe command commands
            }
            _iam_broker() {
                local context state line
                local -a socket
                typeset -A opt_args
                _arguments -C \\
            @ROOT@        '1:command:_iam_broker_commands' \\
                    '*::argument:->argument' && return
                [[ $state == argument ]] || return
                [[ -n $opt_args[--socket] ]] && socket=(--socket "$opt_args[--socket]")
                case $line[1] in
            @CASES@    esac
            }
            if [[ $zsh_eval_context[-1] == loadautofunc ]]; then _iam_broker "$@"; else compdef _iam_broker iam-broker; fi
            """;

    private ZshCompletion() {}

    static String script(CompletionModel model) {
        return FRAME.replace("@COMMANDS@", commands(model))
                .replace("@ROOT@", options(model.root()))
                .replace(
                        "@CASES@",
                        model.commands().stream().map(ZshCompletion::branch).collect(Collectors.joining()));
    }

    private static String commands(CompletionModel model) {
        return model.commands().stream()
                .map(word -> "        " + quoted(word.name() + ":" + word.description()) + "\n")
                .collect(Collectors.joining());
    }

    private static String branch(Word word) {
        return "        " + word.name() + ") _arguments \\\n" + options(word) + operands(word) + "        ;;\n";
    }

    private static String operands(Word word) {
        var lines = new StringBuilder();
        for (var place = 0; place < word.operands().size(); place++) {
            var operand = word.operands().get(place);
            var where = operand.repeats() ? "*" : String.valueOf(place + 1);
            lines.append("        ")
                    .append(quoted(where + ":" + operand.name() + ":" + action(operand.values())))
                    .append(" \\\n");
        }
        return lines.toString();
    }

    private static String options(Word word) {
        return word.options().stream()
                .map(option -> "        " + quoted(option(option)) + " \\\n")
                .collect(Collectors.joining());
    }

    /** A needed value follows as the next word or behind '='; the others are words or nothing. */
    private static String option(Choice option) {
        var described = "[" + escaped(option.description()) + "]";
        if (!option.takesValue()) {
            return option.name() + described;
        }
        return option.name() + (option.needsValue() ? "=" : "") + described + (option.needsValue() ? "" : ":")
                + ":value:" + action(option.values());
    }

    private static String action(Values values) {
        return switch (values.kind()) {
            case WORDS -> "(" + String.join(" ", values.words()) + ")";
            case ACCOUNTS -> "_iam_broker_accounts";
            case FILES -> "_files";
            case CLUSTERS -> "_iam_broker_clusters";
            case ANYTHING -> "";
        };
    }

    private static String escaped(String text) {
        return text.replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
    }

    private static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }
}
