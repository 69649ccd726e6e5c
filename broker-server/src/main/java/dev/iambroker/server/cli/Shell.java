package dev.iambroker.server.cli;

import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Words of a POSIX shell, for text that is evaluated. */
final class Shell {
    private Shell() {}

    /** {@code text} as one word that the shell takes as it is. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    /** A line for each, in their order. */
    static String text(Stream<Variable> variables) {
        return variables.map(Shell::line).collect(Collectors.joining());
    }

    /** The content of a file is read when the line is evaluated: it is not in the text. */
    private static String line(Variable variable) {
        return switch (variable) {
            case Variable.Gone gone -> "unset " + String.join(" ", gone.names()) + "\n";
            case Variable.Text text -> "export " + text.name() + "=" + quoted(text.value()) + "\n";
            case Variable.Content content ->
                "export " + content.name() + "=" + quoted(content.prefix()) + "\"$(cat "
                        + quoted(content.file().toString()) + ")\"\n";
        };
    }
}
