package dev.iambroker.token;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Both clocks by hand, and the alarm that they drive. Moves from alarm to alarm, so nothing due is jumped over. */
public final class ManualTime implements Time, Alarm {
    private static final Instant BEGIN = Instant.parse("2026-03-01T00:00:00Z");

    private long nanos = 1_000_000_000L;
    private Instant wall = BEGIN;
    private long armedAt = Long.MAX_VALUE;
    private @Nullable Runnable onAlarm;

    public void onAlarm(Runnable runnable) {
        this.onAlarm = runnable;
    }

    @Override
    public Instant now() {
        return wall;
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void arm(long delayNanos) {
        armedAt = nanos + delayNanos;
    }

    /** Lets both clocks run, ringing on the way. */
    public void advance(Duration duration) {
        long end = nanos + duration.toNanos();
        ringDue(end);
        step(end - nanos);
    }

    /** Rings what is due now. */
    public void settle() {
        ringDue(nanos);
    }

    private void ringDue(long end) {
        while (armedAt <= end && onAlarm != null) {
            step(Math.max(0, armedAt - nanos));
            armedAt = Long.MAX_VALUE;
            onAlarm.run();
        }
    }

    private void step(long by) {
        nanos += by;
        wall = wall.plusNanos(by);
    }

    /** Steps the wall clock alone. */
    public void stepWall(Duration by) {
        wall = wall.plus(by);
    }

    /** The machine sleeps: the wall clock goes on, the monotonic one stands still, nothing rings. */
    public void suspend(Duration slept) {
        wall = wall.plus(slept);
    }

    /** The process is stopped and continued: both clocks went on, nothing rang on the way; what is due rings now. */
    public void stall(Duration stopped) {
        step(stopped.toNanos());
        ringDue(nanos);
    }
}
