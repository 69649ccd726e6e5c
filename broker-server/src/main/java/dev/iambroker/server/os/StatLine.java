package dev.iambroker.server.os;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The line of proc_pid_stat(5): what the kernel says of one process at one moment. Every connection is asked for it, so it is one
 * read of the file, without what Files and Path do around it, and no text is made of what is a number.
 */
final class StatLine {
    /** What a number is that is not there. */
    static final long UNKNOWN = 0;

    /** Counted from the field after the command's name, which is field 2. */
    private static final int PARENT = 4 - 3;

    private static final int PROCESS_GROUP = 5 - 3;
    private static final int FOREGROUND_GROUP = 8 - 3;
    private static final int START_TIME = 22 - 3;

    /** Room for all 52 fields, each at its longest. */
    private static final int MOST_BYTES = 2048;

    private final byte[] line;
    private final int length;
    private final int endOfName;

    private StatLine(byte[] line, int length) {
        this.line = line;
        this.length = length;
        this.endOfName = lastParenthesis(line, length);
    }

    /** Null where there is no such process. */
    static @Nullable StatLine read(String file) {
        try (FileInputStream stat = new FileInputStream(file)) {
            byte[] line = new byte[MOST_BYTES];
            return new StatLine(line, Math.max(0, stat.read(line)));
        } catch (IOException e) {
            return null;
        }
    }

    /** A process names itself: only the last parenthesis is sure to be the kernel's. */
    private static int lastParenthesis(byte[] line, int length) {
        int at = length - 1;
        while (at >= 0 && line[at] != ')') {
            at--;
        }
        return at;
    }

    String name() {
        int begin = 0;
        while (begin < endOfName && line[begin] != '(') {
            begin++;
        }
        int from = begin + 1;
        return from > endOfName ? "" : new String(line, from, endOfName - from, StandardCharsets.ISO_8859_1);
    }

    int parent() {
        return (int) field(PARENT);
    }

    long processGroup() {
        return field(PROCESS_GROUP);
    }

    long foregroundGroup() {
        return field(FOREGROUND_GROUP);
    }

    /** In clock ticks since boot. */
    long startTime() {
        return field(START_TIME);
    }

    private long field(int number) {
        int at = endOfName;
        if (at < 0) {
            return UNKNOWN;
        }
        for (int field = 0; field <= number; field++) {
            at++;
            while (at < length && line[at] != ' ') {
                at++;
            }
        }
        return numberAt(at + 1);
    }

    private long numberAt(int from) {
        long number = UNKNOWN;
        for (int at = from; at < length && line[at] >= '0' && line[at] <= '9'; at++) {
            number = number * 10 + line[at] - '0';
        }
        return number;
    }
}
