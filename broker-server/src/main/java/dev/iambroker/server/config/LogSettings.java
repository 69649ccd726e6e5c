package dev.iambroker.server.config;

import java.util.Locale;

/** What is logged, and how a line looks. */
public record LogSettings(Level level, Format format) {
    public static final LogSettings DEFAULT = new LogSettings(Level.INFO, Format.TEXT);

    /** The least severe line that is written. */
    public enum Level {
        TRACE,
        DEBUG,
        INFO,
        WARN,
        ERROR;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** For people, or for machines. */
    public enum Format {
        TEXT,
        JSON;

        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
