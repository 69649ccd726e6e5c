package dev.iambroker.token;

/** Wakes the refresh loop. One alarm is armed at a time. */
@FunctionalInterface
public interface Alarm {
    /**
     * Calls the loop back once after {@code delayNanos} of the monotonic clock, in place of any alarm armed before.
     * Returns at once; the call comes on another thread.
     */
    void arm(long delayNanos);
}
