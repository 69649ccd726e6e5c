package dev.iambroker.server.cli;

import java.nio.file.Path;

/** Words of a POSIX shell, for text that is evaluated. */
final class Shell {
    private Shell() {}

    /** {@code text} as one word that the shell takes as it is. */
    static String quoted(String text) {
        return "'" + text.replace("'", "'\\''") + "'";
    }

    static String export(String name, String value) {
        return "export " + name + "=" + quoted(value) + "\n";
    }

    /**
     * Sets {@code name} to {@code prefix} and what the file holds without its last newlines, read when it is evaluated:
     * the content is not in the text.
     */
    static String exportFrom(String name, String prefix, Path file) {
        return "export " + name + "=" + quoted(prefix) + "\"$(cat " + quoted(file.toString()) + ")\"\n";
    }

    static String unset(String... names) {
        return "unset " + String.join(" ", names) + "\n";
    }
}
