package dev.iambroker.server.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * As whom this process opens files.
 *
 * @param uid effective user
 * @param groups effective and supplementary groups
 * @param mayReadOtherPrograms whether it may know what processes of other users run (CAP_SYS_PTRACE); root by itself
 *     may not
 */
public record ProcessIdentity(int uid, Set<Integer> groups, boolean mayReadOtherPrograms) {
    private static final Path STATUS = Path.of("/proc/self/status");

    /** The second number of a line of ids: real, effective, saved, file system. */
    private static final int EFFECTIVE = 1;

    /** Bits of capabilities(7). */
    private static final int CAP_SYS_PTRACE = 19;

    private static final int HEXADECIMAL = 16;

    public ProcessIdentity {
        groups = Set.copyOf(groups);
    }

    /** Which may not know what other users' processes run. */
    public ProcessIdentity(int uid, Set<Integer> groups) {
        this(uid, groups, /* mayReadOtherPrograms= */ false);
    }

    /**
     * Reads it from the kernel.
     *
     * @throws UncheckedIOException where there is no {@code /proc}
     */
    public static ProcessIdentity ofThisProcess() {
        try {
            return parse(Files.readAllLines(STATUS));
        } catch (IOException e) {
            throw new UncheckedIOException("/proc/self/status cannot be read (expected a mounted /proc)", e);
        }
    }

    static ProcessIdentity parse(List<String> status) {
        int uid = numbers(status, "Uid:").get(EFFECTIVE);
        var groups = new HashSet<>(numbers(status, "Groups:"));
        groups.add(numbers(status, "Gid:").get(EFFECTIVE));
        return new ProcessIdentity(uid, groups, isCapable(status));
    }

    private static boolean isCapable(List<String> status) {
        return status.stream()
                .filter(line -> line.startsWith("CapEff:"))
                .map(line -> line.substring("CapEff:".length()).strip())
                .anyMatch(bits -> (Long.parseUnsignedLong(bits, HEXADECIMAL) >> CAP_SYS_PTRACE & 1) == 1);
    }

    private static List<Integer> numbers(List<String> status, String label) {
        return status.stream()
                .filter(line -> line.startsWith(label))
                .flatMap(line -> List.of(line.substring(label.length()).split("\\s+")).stream())
                .filter(word -> !word.isEmpty())
                .map(Integer::parseUnsignedInt)
                .toList();
    }
}
