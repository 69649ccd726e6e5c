package dev.iambroker.server;

import dev.iambroker.token.Time;
import java.time.Instant;

/** The machine's own clocks. */
final class SystemTime implements Time {
    @Override
    public Instant now() {
        return Instant.now();
    }

    @Override
    public long nanos() {
        return System.nanoTime();
    }
}
