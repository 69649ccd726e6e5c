package dev.iambroker.event;

/** Counts how often what is on record already happened again. Thread-safe; never blocks. */
@FunctionalInterface
public interface Tally {
    /**
     * Counts it once more.
     *
     * @param epochMillis when it happened
     * @return false where it was not counted, and is to be recorded as an event of its own
     */
    boolean count(long epochMillis);
}
