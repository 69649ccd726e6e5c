package dev.iambroker.server.cli;

import dev.iambroker.server.cli.CompletionModel.Choice;
import dev.iambroker.server.cli.CompletionModel.Kind;
import dev.iambroker.server.cli.CompletionModel.Values;
import dev.iambroker.server.cli.CompletionModel.Word;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Completion for bash 4 and later, without the bash-completion package. */
final class BashCompletion {
    private static final String FRAME = """
            # bash completion for iam-broker, made by 'iam-broker completion bash'
            _iam_broker() {
                local program=${COMP_WORDS[0]} cur=${COMP_WORDS[COMP_CWORD]} prev= command= operands=0 account= i word
                local -a socket=()
                ((COMP_CWORD > 0)) && prev=${COMP_WORDS[COMP_CWORD-1]}
                if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi
                for ((i = 1; i < COMP_CWORD; i++)); do
                    word=${COMP_WORDS[i]}
                    [[ $word == --socket ]] && socket=(--socket "${COMP_WORDS[i+1]}")
                    case $command,$word in
            @VALUED@)
                            ((i++)); [[ ${COMP_WORDS[i]-} == = ]] && ((i++))
                            [[ $word == --account ]] && account=${COMP_WORDS[i]-} ;;
            @MAYBE@)
                            if [[ ${COMP_WORDS[i+1]-} == = ]]; then ((i += 2))
                            elif ((i + 1 < COMP_CWORD)) && [[ ${COMP_WORDS[i+1]} != -* ]]; then ((i++)); fi ;;
                        *,-*) ;;
                        ,*) command=$word ;;
                        *) ((operands++ == 0)) && account=${account:-$word} ;;
                    esac
                done
                COMPREPLY=()
                case $command,$prev in
            @VALUES@        esac
                if [[ $cur == -* ]]; then
                    case $command in
            @OPTIONS@        esac
                else
                    case $command,$operands in
            @OPERANDS@        esac
                fi
            }
            _iam_broker_accounts() {
                COMPREPLY=($(compgen -W "$("$program" "${socket[@]}" __complete accounts 2>/dev/null)" -- "$cur"))
            }
            _iam_broker_clusters() {
                [[ -n $account ]] || return
                COMPREPLY=($(compgen -W "$("$program" "${socket[@]}" __complete clusters "$account" 2>/dev/null)" -- "$cur"))
            }
            complete -F _iam_broker iam-broker
            """;

    /** What the script has no words for. */
    private static final Set<Kind> UNKNOWN = EnumSet.of(Kind.ANYTHING);

    private BashCompletion() {}

    static String script(CompletionModel model) {
        var words = new ArrayList<Word>();
        words.add(new Word("", "", model.root().options(), List.of()));
        words.addAll(model.commands());
        return FRAME.replace("@VALUED@", "            " + patterns(words, Word::namesWithValue))
                .replace("@MAYBE@", "            " + patterns(words, Word::namesWithValueOrNone))
                .replace("@VALUES@", lines(words, BashCompletion::values))
                .replace("@OPTIONS@", lines(words, BashCompletion::options))
                .replace("@OPERANDS@", commands(model) + lines(words, BashCompletion::operands));
    }

    private static String patterns(Iterable<Word> words, Function<Word, List<String>> names) {
        var patterns = new ArrayList<String>();
        for (var word : words) {
            names.apply(word).forEach(name -> patterns.add(word.name() + "," + name));
        }
        return String.join("|", patterns);
    }

    private static String values(Word word) {
        return word.options().stream()
                .filter(Choice::takesValue)
                .filter(option ->
                        option.needsValue() || !UNKNOWN.contains(option.values().kind()))
                .map(option -> line(word.name() + "," + option.name(), reply(option.values()) + "; return"))
                .collect(Collectors.joining());
    }

    private static String options(Word word) {
        var names = word.options().stream().map(Choice::name).collect(Collectors.joining(" "));
        return line("'" + word.name() + "'", words(names));
    }

    private static String operands(Word word) {
        var lines = new StringBuilder();
        for (var place = 0; place < word.operands().size(); place++) {
            var operand = word.operands().get(place);
            lines.append(line(word.name() + "," + (operand.repeats() ? "*" : place), reply(operand.values())));
        }
        return lines.toString();
    }

    private static String commands(CompletionModel model) {
        var names = model.commands().stream().map(Word::name).collect(Collectors.joining(" "));
        return line(",0", words(names));
    }

    private static String reply(Values values) {
        return switch (values.kind()) {
            case WORDS -> words(String.join(" ", values.words()));
            case ACCOUNTS -> "_iam_broker_accounts";
            case FILES -> "COMPREPLY=($(compgen -f -- \"$cur\"))";
            case CLUSTERS -> "_iam_broker_clusters";
            case ANYTHING -> ":";
        };
    }

    private static String words(String words) {
        return "COMPREPLY=($(compgen -W '" + words + "' -- \"$cur\"))";
    }

    private static String line(String pattern, String action) {
        return "            " + pattern + ") " + action + " ;;\n";
    }

    private static String lines(Iterable<Word> words, Function<Word, String> text) {
        var lines = new StringBuilder();
        words.forEach(word -> lines.append(text.apply(word)));
        return lines.toString();
    }
}
