package dev.iambroker.server.cli;

import java.util.Locale;

/** For whom data is printed. */
public enum OutputFormat {
    /** For people; may change. */
    TABLE,
    /** For scripts: the daemon's own shapes. */
    JSON;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
