package dev.iambroker.server.cli;

import java.time.Duration;

/** The time between two looks at something that announces nothing. */
@FunctionalInterface
public interface Pause {
    /** Waits for {@code time}; false when the user has had enough. */
    boolean pass(Duration time);

    /** Really waits; an interrupt ends it. */
    static Pause sleeping() {
        return time -> {
            try {
                Thread.sleep(time);
                return true;
            } catch (InterruptedException ended) {
                Thread.currentThread().interrupt();
                return false;
            }
        };
    }
}
