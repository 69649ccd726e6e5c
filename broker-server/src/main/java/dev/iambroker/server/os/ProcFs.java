package dev.iambroker.server.os;

import dev.iambroker.client.Caller;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code /proc}. Memory of the kernel, not a disk: quick enough for an event loop. Thread-safe. */
public final class ProcFs {
    /** What {@link #startTime} gives where the kernel does not say. */
    public static final long UNKNOWN = StatLine.UNKNOWN;

    private static final int FIRST_PROCESS = 1;

    private static final double MILLIS = 1_000;
    private static final String GROUPS = "Groups:";
    private static final String PID = "Pid:";
    private static final String OPEN_FILES = "Max open files";

    private final Path root;
    private final String rootPrefix;

    public ProcFs() {
        this(Path.of("/proc"));
    }

    /** @param root of a tree like that of {@code /proc} */
    public ProcFs(Path root) {
        this.root = root;
        this.rootPrefix = root + "/";
    }

    /** When the process began, in clock ticks since boot; {@link #UNKNOWN} for pid 0 and for whatever is gone. */
    public long startTime(int pid) {
        StatLine stat = stat(pid);
        return stat == null ? UNKNOWN : stat.startTime();
    }

    private @Nullable StatLine stat(int pid) {
        return pid <= 0 ? null : StatLine.read(rootPrefix + pid + "/stat");
    }

    /**
     * The process that started the one of {@code pid} and {@code startTime}; null where either is gone. What lost its
     * parent belongs to the first process, which starts nothing by itself: null too.
     */
    public @Nullable Caller parent(int pid, long startTime) {
        StatLine stat = stat(pid);
        int parent = stat == null ? 0 : stat.parent();
        StatLine ofParent = parent > FIRST_PROCESS ? stat(parent) : null;
        // Last: that the process is still the same says that its parent was read off it.
        boolean isSure = startTime != UNKNOWN && startTime(pid) == startTime;
        return isSure && ofParent != null && ofParent.startTime() != UNKNOWN
                ? new Caller(parent, ofParent.startTime(), ofParent.name())
                : null;
    }

    /** Whether what is typed at a terminal, Ctrl-C for one, goes to this process and to the children in its group. */
    public boolean isInForeground() {
        StatLine stat = StatLine.read(rootPrefix + "self/stat");
        return stat != null && stat.processGroup() != UNKNOWN && stat.processGroup() == stat.foregroundGroup();
    }

    /** The supplementary groups of the process as they are now; empty for pid 0 and for whatever is gone. */
    public Set<Integer> groups(int pid) {
        return read(pid, "status").map(ProcFs::groupsOf).orElse(Set.of());
    }

    /** The words by which this process was started; empty where the kernel does not say. */
    Optional<List<String>> commandLine() {
        return read(root.resolve("self/cmdline")).map(line -> List.of(line.split("\0", -1)));
    }

    /** Tells this start of the machine from every other; null where the kernel does not say. */
    public @Nullable String bootId() {
        return read(root.resolve("sys/kernel/random/boot_id"))
                .map(String::strip)
                .orElse(null);
    }

    /** What the machine is called, in a container the container; null where the kernel does not say. */
    public @Nullable String hostName() {
        return read(root.resolve("sys/kernel/hostname"))
                .map(String::strip)
                .filter(name -> !name.isEmpty())
                .orElse(null);
    }

    /** Whether this process has a file in its memory whose name ends so. */
    public boolean isMapped(String ending) {
        return read(root.resolve("self/maps")).stream().flatMap(String::lines).anyMatch(line -> line.endsWith(ending));
    }

    /** How long the machine has been up, sleep included, to a hundredth of a second; null where the kernel does not say. */
    public @Nullable Duration uptime() {
        return read(root.resolve("uptime")).map(ProcFs::uptimeOf).orElse(null);
    }

    private static @Nullable Duration uptimeOf(String uptime) {
        try {
            return Duration.ofMillis((long) (Double.parseDouble(uptime.split(" ", 2)[0]) * MILLIS));
        } catch (NumberFormatException e) {
            return null;
        }
    }

    /**
     * The file that the process executes, by its path; ends in {@code " (deleted)"} once another took its place.
     *
     * @throws IOException if the process is gone, or this one may not know: that takes CAP_SYS_PTRACE, or the same user
     */
    public String exe(int pid) throws IOException {
        return Files.readSymbolicLink(exeFile(pid)).toString();
    }

    /** Opens as the very file that the process executes, whatever its path leads to by now. */
    public Path exeFile(int pid) {
        return root.resolve(Integer.toString(pid)).resolve("exe");
    }

    /** The process's control group, by its path in the unified hierarchy or in systemd's own; null where there is none. */
    public @Nullable String cgroup(int pid) {
        String groups = read(pid, "cgroup").orElse("");
        String unified = pathAfter("0::", groups);
        // Beside the first version's hierarchies the unified one is there and unused.
        boolean isUsed = unified != null && !unified.equals("/");
        String ofSystemd = isUsed ? null : pathAfter("name=systemd:", groups);
        return ofSystemd == null ? unified : ofSystemd;
    }

    private static @Nullable String pathAfter(String hierarchy, String groups) {
        return groups.lines()
                .filter(line -> line.startsWith(hierarchy) || line.matches("\\d+:" + hierarchy + ".*"))
                .map(line -> line.substring(line.indexOf(hierarchy) + hierarchy.length()))
                .findFirst()
                .orElse(null);
    }

    /** The process that one of this process's pidfds refers to; -1 once it is gone. */
    public int pidOfPidfd(int descriptor) {
        String info = read(root.resolve("self/fdinfo").resolve(Integer.toString(descriptor)))
                .orElse("");
        return info.lines()
                .filter(line -> line.startsWith(PID))
                .mapToInt(line -> (int) number(line.substring(PID.length()).strip()))
                .findFirst()
                .orElse(-1);
    }

    /** How many files this process may have open; {@link Integer#MAX_VALUE} where nothing says. */
    public int openFilesLimit() {
        return read(root.resolve("self/limits"))
                .orElse("")
                .lines()
                .filter(line -> line.startsWith(OPEN_FILES))
                .map(line -> line.substring(OPEN_FILES.length()).strip().split("\\s+", 2)[0])
                .mapToInt(soft -> (int) Math.min(Integer.MAX_VALUE, number(soft)))
                .filter(limit -> limit > 0)
                .findFirst()
                .orElse(Integer.MAX_VALUE);
    }

    private Optional<String> read(int pid, String file) {
        return pid <= 0
                ? Optional.empty()
                : read(root.resolve(Integer.toString(pid)).resolve(file));
    }

    private static Optional<String> read(Path file) {
        try {
            return Optional.of(Files.readString(file, StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return UNKNOWN;
        }
    }

    private static Set<Integer> groupsOf(String status) {
        Set<Integer> groups = new HashSet<>();
        status.lines()
                .filter(line -> line.startsWith(GROUPS))
                .flatMap(line ->
                        Arrays.stream(line.substring(GROUPS.length()).strip().split("\\s+", -1)))
                .filter(word -> !word.isEmpty())
                .forEach(word -> groups.add(Integer.parseUnsignedInt(word)));
        return groups;
    }
}
