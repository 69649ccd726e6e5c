package dev.iambroker.server.cli;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a configuration is like, in short.
 *
 * @param accounts how many; 0 where it cannot be used
 * @param problems a line each, why it cannot be used; none where it can
 * @param url of the loopback listener, without a path; null where there is none, or none on a port that is known before
 * @param clients that have their secret in a file, in the order of the configuration
 */
public record ConfigReport(
        Path file,
        int accounts,
        List<String> problems,
        @Nullable String url,
        List<FileClient> clients) {
    public ConfigReport {
        problems = List.copyOf(problems);
        clients = List.copyOf(clients);
    }

    /** Of a configuration without a loopback listener. */
    public ConfigReport(Path file, int accounts, List<String> problems) {
        this(file, accounts, problems, null, List.of());
    }

    /**
     * A client with its secret in a file.
     *
     * @param accounts whose access token it is given over loopback
     */
    public record FileClient(String name, Path secretFile, Set<String> accounts) {
        public FileClient {
            accounts = Set.copyOf(accounts);
        }
    }
}
