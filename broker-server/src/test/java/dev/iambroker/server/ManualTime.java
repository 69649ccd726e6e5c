package dev.iambroker.server;

import dev.iambroker.token.Time;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Both clocks of a machine, by hand, and as {@link InstantSource} the true time, which clouds go by. Outlives the daemons
 * that run on it. Thread-safe.
 */
final class ManualTime implements Time, InstantSource {
    private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");
    private static final long ORIGIN_NANOS = 1_000_000_000L;

    private volatile long passed;
    private volatile Duration slept = Duration.ZERO;
    private volatile Duration stepped = Duration.ZERO;

    @Override
    public Instant now() {
        return instant().plus(stepped);
    }

    /** The true time: nobody steps it. */
    @Override
    public Instant instant() {
        return BEGIN.plusNanos(passed).plus(slept);
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

    /** Steps the machine's wall clock. */
    void stepWall(Duration by) {
        stepped = stepped.plus(by);
    }

    /** The machine sleeps: its monotonic clock stands still. */
    void suspend(Duration duration) {
        slept = slept.plus(duration);
    }
}
