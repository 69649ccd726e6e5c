package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.List;

/**
 * What a configuration is like, in short.
 *
 * @param accounts how many; 0 where it cannot be used
 * @param problems a line each, why it cannot be used; none where it can
 */
public record ConfigReport(Path file, int accounts, List<String> problems) {
    public ConfigReport {
        problems = List.copyOf(problems);
    }
}
