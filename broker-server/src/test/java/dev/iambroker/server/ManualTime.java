package dev.iambroker.server;

import dev.iambroker.token.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Both clocks of a machine, by hand. Outlives the daemons that run on it. Thread-safe. */
final class ManualTime implements Time, InstantSource {
    private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
    private static final long ORIGIN_NANOS = 1_000_000_000L;

    private volatile long passed;

    @Override
    public Instant now() {
        return BEGIN.plusNanos(passed);
    }

    @Override
    public Instant instant() {
        return now();
    }

    @Override
    public long nanos() {
        return ORIGIN_NANOS + passed;
    }

    /** One thread only moves the clocks. */
    void moveTo(long nanos) {
        passed = Math.max(passed, nanos - ORIGIN_NANOS);
    }

    void pass(Duration duration) {
        moveTo(nanos() + duration.toNanos());
    }
}
