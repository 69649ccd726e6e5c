package dev.iambroker.server.systemd;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A descriptor that the service manager opened for this process: sd_listen_fds(3).
 *
 * @param name {@code FileDescriptorName=} of the socket unit, or its own name; {@link #UNNAMED} where none was told
 */
public record PassedSocket(int descriptor, String name) {
    /** What the manager itself says of a descriptor without a name. */
    public static final String UNNAMED = "unknown";

    private static final int FIRST = 3;

    /** More than a unit may sensibly open; a number beyond it was not written by a service manager. */
    private static final int MOST = 1024;

    /**
     * What is meant for this process, which may be nothing: a child inherits the variables without the descriptors.
     *
     * @param environment of this process
     * @param pid of this process
     * @throws IllegalArgumentException with one line for the operator if the variables contradict each other
     */
    public static List<PassedSocket> of(Map<String, String> environment, long pid) {
        String count = environment.getOrDefault("LISTEN_FDS", "");
        if (count.isEmpty() || !Long.toString(pid).equals(environment.get("LISTEN_PID"))) {
            return List.of();
        }
        return named(number(count), environment.getOrDefault("LISTEN_FDNAMES", ""));
    }

    private static List<PassedSocket> named(int count, String joined) {
        String[] names = joined.isEmpty() ? new String[0] : joined.split(":", -1);
        if (names.length > 0 && names.length != count) {
            throw new IllegalArgumentException("LISTEN_FDNAMES has " + names.length + " names for " + count
                    + " sockets of LISTEN_FDS (expected one for each)");
        }
        List<PassedSocket> passed = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            passed.add(new PassedSocket(FIRST + i, names.length == 0 ? UNNAMED : names[i]));
        }
        return List.copyOf(passed);
    }

    private static int number(String count) {
        if (!count.matches("[0-9]{1,4}") || Integer.parseInt(count) > MOST) {
            throw new IllegalArgumentException("LISTEN_FDS is no number of sockets (expected 0 to " + MOST + ")");
        }
        return Integer.parseInt(count);
    }
}
