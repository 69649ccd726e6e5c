package dev.iambroker.client;

import org.jspecify.annotations.Nullable;

/**
 * What the process at the other end runs, as far as some rule asks for it. Null where none asks, and where the daemon
 * may not read it.
 *
 * @param exe the file that it executes, by the path under which the daemon finds that very file too
 * @param exeSha256 of that file's content, 64 lower-case hexadecimal digits
 * @param unit the systemd unit of the system's manager that it belongs to
 * @param cgroup its control group, by its path in the unified hierarchy
 */
public record Program(
        @Nullable String exe,
        @Nullable String exeSha256,
        @Nullable String unit,
        @Nullable String cgroup) {
    /** Looked at, and nothing could be read. */
    public static final Program UNREADABLE = new Program(null, null, null, null);
}
