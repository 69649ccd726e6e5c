package dev.iambroker.server.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Knows the secrets that Kubernetes and Docker mount: their modes are the platform's choice, and who else may read them
 * is decided by the container. Only a mount at or below one of the directories counts, read-only or tmpfs: an ordinary
 * directory of that name on a host protects nothing.
 */
final class SecretMounts {
    /** The columns of a line of mountinfo, proc_pid_mountinfo(5): the optional ones end with a dash. */
    private static final int MOUNT_POINT = 4;

    private static final int OPTIONS = 5;
    private static final String END_OF_OPTIONAL = "-";

    private final Path table;
    private final List<Path> roots;

    SecretMounts(Path table, List<Path> roots) {
        this.table = table;
        this.roots = roots;
    }

    boolean covers(Path real) {
        if (roots.stream().noneMatch(real::startsWith)) {
            return false;
        }
        Mount mount = mountOf(real);
        return mount != null && roots.stream().anyMatch(mount.point::startsWith) && (mount.readOnly || mount.tmpfs);
    }

    /** The last of the longest: a later mount on the same point hides the earlier. */
    private @Nullable Mount mountOf(Path real) {
        Mount best = null;
        for (String line : lines()) {
            Mount mount = parse(line);
            if (mount != null && real.startsWith(mount.point) && (best == null || mount.isAtLeastAsDeepAs(best))) {
                best = mount;
            }
        }
        return best;
    }

    private List<String> lines() {
        try {
            return Files.readAllLines(table);
        } catch (IOException e) {
            return List.of();
        }
    }

    private static @Nullable Mount parse(String line) {
        List<String> fields = List.of(line.split(" "));
        int dash = fields.indexOf(END_OF_OPTIONAL);
        if (dash <= OPTIONS || dash + 1 >= fields.size()) {
            return null;
        }
        boolean readOnly = List.of(fields.get(OPTIONS).split(",")).contains("ro");
        boolean tmpfs = fields.get(dash + 1).equals("tmpfs");
        return new Mount(Path.of(unescape(fields.get(MOUNT_POINT))), readOnly, tmpfs);
    }

    /** Blanks and backslashes stand in the table as octal escapes. */
    private static String unescape(String text) {
        return text.replace("\\040", " ")
                .replace("\\011", "\t")
                .replace("\\012", "\n")
                .replace("\\134", "\\");
    }

    private record Mount(Path point, boolean readOnly, boolean tmpfs) {
        boolean isAtLeastAsDeepAs(Mount other) {
            return point.getNameCount() >= other.point.getNameCount();
        }
    }
}
