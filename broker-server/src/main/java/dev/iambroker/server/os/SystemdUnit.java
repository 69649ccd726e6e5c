package dev.iambroker.server.os;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Which unit of the system's manager a control group belongs to, by the rule of systemd itself: slices are passed over
 * from the root on, and the first group that is none is the unit.
 *
 * <p>Not the innermost. Below its unit a service that was given a subtree makes what groups it likes, and so does a user
 * below {@code user@UID.service}: one who calls a group {@code build.service} there would be taken for the system's.
 * Above its unit only root makes groups.
 */
public final class SystemdUnit {
    private static final Pattern UNIT = Pattern.compile("[A-Za-z0-9:_.\\\\@-]{1,248}\\.(?:service|scope)");

    private static final String SLICE = ".slice";

    private SystemdUnit() {}

    /** Null where {@code cgroup} is below no unit, or outside of what this process sees. */
    public static @Nullable String of(String cgroup) {
        for (String group : cgroup.split("/", -1)) {
            // Names that the kernel keeps for itself are escaped by a leading underscore.
            String name = group.startsWith("_") ? group.substring(1) : group;
            if (!group.isEmpty() && !name.endsWith(SLICE)) {
                return UNIT.matcher(name).matches() ? name : null;
            }
        }
        return null;
    }
}
