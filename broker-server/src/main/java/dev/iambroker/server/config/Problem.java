package dev.iambroker.server.config;

/**
 * One thing that is wrong, or risky, in the configuration. Never quotes a value of the file.
 *
 * @param line from 1; 0 where the problem is the whole file
 * @param column from 1
 * @param key the path of the key, {@code accounts.prod.api-key}; empty where there is none
 * @param message what was wrong, what was expected
 */
public record Problem(Severity severity, String file, int line, int column, String key, String message) {
    /** Whether the configuration can be used all the same. */
    public enum Severity {
        ERROR,
        WARNING
    }

    /** One line: {@code file:line:column: key: message}. */
    public String text() {
        String place = line == 0 ? file : file + ":" + line + ":" + column;
        return key.isEmpty() ? place + ": " + message : place + ": " + key + ": " + message;
    }

    @Override
    public String toString() {
        return text();
    }
}
