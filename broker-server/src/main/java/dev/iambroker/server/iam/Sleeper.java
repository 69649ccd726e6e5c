package dev.iambroker.server.iam;

import java.time.Duration;

/** Waits between two looks at something that IBM does in its own time. */
@FunctionalInterface
public interface Sleeper {
    /** @throws InterruptedException if the thread is interrupted, the waiting then over */
    void sleep(Duration duration) throws InterruptedException;
}
