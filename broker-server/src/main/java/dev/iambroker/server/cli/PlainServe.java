package dev.iambroker.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * {@code serve} as units, images and scripts call it, understood without the parser of the other commands: that one's
 * classes are of a format which the JVM keeps in no cache, and cost a third of the daemon's start.
 */
final class PlainServe {
    private @Nullable Path config;
    private @Nullable Path socket;

    private PlainServe() {}

    /** What {@code serve [--config FILE] [--socket PATH]} says; null for any other line, which picocli has to judge. */
    static @Nullable ServeOptions options(String... arguments) {
        if (arguments.length == 0 || !arguments[0].equals("serve")) {
            return null;
        }
        var line = new PlainServe();
        for (int i = 1; i < arguments.length; i += 2) {
            if (i + 1 == arguments.length || !line.takes(arguments[i], arguments[i + 1])) {
                return null;
            }
        }
        return new ServeOptions(line.config, line.socket);
    }

    private boolean takes(String option, String value) {
        if (value.isEmpty() || value.startsWith("-")) {
            return false;
        }
        if (option.equals("--config") && config == null) {
            config = Path.of(value);
            return true;
        }
        if (option.equals("--socket") && socket == null) {
            socket = Path.of(value);
            return true;
        }
        return false;
    }
}
