package dev.iambroker.server;

import dev.iambroker.server.os.ProcFs;
import dev.iambroker.store.Uptime;
import dev.iambroker.token.Time;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The machine's own clocks. */
final class SystemTime implements Time {
    private final ProcFs proc = new ProcFs();
    private final @Nullable String boot = proc.bootId();

    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }

    @Override
    public @Nullable Uptime uptime() {
        Duration elapsed = proc.uptime();
        return boot == null || elapsed == null ? null : new Uptime(boot, elapsed);
    }
}
