package dev.iambroker.server.systemd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** Whether the journal reads what this process writes: {@code $JOURNAL_STREAM} of systemd.exec(5). */
public final class Journal {
    private static final Path STDERR = Path.of("/proc/self/fd/2");

    private Journal() {}

    /** @param environment of this process */
    public static boolean readsStderr(Map<String, String> environment) {
        return reads(environment, STDERR);
    }

    /** Of two streams only one is named, and children inherit the variable with other streams: device and inode decide. */
    static boolean reads(Map<String, String> environment, Path stream) {
        String named = environment.get("JOURNAL_STREAM");
        if (named == null) {
            return false;
        }
        try {
            return named.equals(Files.getAttribute(stream, "unix:dev") + ":" + Files.getAttribute(stream, "unix:ino"));
        } catch (IOException | UnsupportedOperationException e) {
            return false;
        }
    }
}
