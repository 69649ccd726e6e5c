package dev.iambroker.store;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * A reading of the machine's third clock: how long it has been up, sleep included. Unlike the monotonic clock it means
 * something to the next process too, and unlike the wall clock nobody can set it.
 *
 * @param boot tells one start of the machine from every other
 */
public record Uptime(String boot, Duration elapsed) {
    /** What has passed since {@code earlier}; null where the machine was started anew, or the readings do not fit. */
    public @Nullable Duration since(Uptime earlier) {
        Duration passed = elapsed.minus(earlier.elapsed);
        return boot.equals(earlier.boot) && !passed.isNegative() ? passed : null;
    }
}
