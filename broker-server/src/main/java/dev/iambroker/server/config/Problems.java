package dev.iambroker.server.config;

import dev.iambroker.server.config.Problem.Severity;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.snakeyaml.engine.v2.exceptions.Mark;

/** Everything that was found wrong with one file so far. Not thread-safe. */
final class Problems {
    private final String file;
    private final List<Problem> found = new ArrayList<>();

    Problems(String file) {
        this.file = file;
    }

    void error(Optional<Mark> mark, String key, String message) {
        add(Severity.ERROR, mark, key, message);
    }

    void warning(Optional<Mark> mark, String key, String message) {
        add(Severity.WARNING, mark, key, message);
    }

    void error(int line, int column, String key, String message) {
        found.add(new Problem(Severity.ERROR, file, line, column, key, message));
    }

    private void add(Severity severity, Optional<Mark> mark, String key, String message) {
        int line = mark.map(YamlText::line).orElse(0);
        int column = mark.map(YamlText::column).orElse(0);
        found.add(new Problem(severity, file, line, column, key, message));
    }

    boolean hasErrors() {
        return found.stream().anyMatch(problem -> problem.severity() == Severity.ERROR);
    }

    int size() {
        return found.size();
    }

    /** Whether no error came after the first {@code known} problems. */
    boolean isFreeOfErrorsSince(int known) {
        return found.stream().skip(known).noneMatch(problem -> problem.severity() == Severity.ERROR);
    }

    /** In the order of the file. */
    List<Problem> errors() {
        return all(Severity.ERROR);
    }

    /** In the order of the file. */
    List<Problem> warnings() {
        return all(Severity.WARNING);
    }

    private List<Problem> all(Severity severity) {
        return found.stream()
                .filter(problem -> problem.severity() == severity)
                .sorted(Comparator.comparingInt(Problem::line).thenComparingInt(Problem::column))
                .toList();
    }
}
