package dev.iambroker.server.os;

import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Nanoseconds since the machine was started. Nobody can set it, and it goes on while the machine sleeps. Thread-safe. */
public final class BootClock {
    private BootClock() {}

    /** Null where the machine has no such clock. */
    public static @Nullable LongSupplier ofThisMachine() {
        SystemCalls calls = SystemCalls.link();
        if (calls != null && calls.bootNanos() >= 0) {
            return calls::bootNanos;
        }
        var proc = new ProcFs();
        Duration now = proc.uptime();
        return now == null ? null : () -> nanos(proc);
    }

    /** To a hundredth of a second. */
    private static long nanos(ProcFs proc) {
        Duration uptime = proc.uptime();
        if (uptime == null) {
            throw new IllegalStateException("/proc/uptime cannot be read any more");
        }
        return uptime.toNanos();
    }
}
