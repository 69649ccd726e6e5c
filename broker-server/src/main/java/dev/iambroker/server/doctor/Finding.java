package dev.iambroker.server.doctor;

import org.jspecify.annotations.Nullable;

/**
 * How one step went.
 *
 * @param detail what was seen, on one line; never a secret
 * @param advice what to do; null where nothing is wrong
 */
public record Finding(
        Step step, Outcome outcome, String detail, @Nullable String advice) {
    /** Some of it a server wrote, and it goes to a terminal. */
    public Finding {
        detail = detail.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", " ");
    }

    /** How it went, in a word. */
    public enum Outcome {
        OK,
        /** Could not be looked at, and what comes after it does not need it. */
        SKIPPED,
        /** What comes after it cannot work. */
        BROKEN
    }

    public static Finding ok(Step step, String detail) {
        return new Finding(step, Outcome.OK, detail, null);
    }

    public static Finding skipped(Step step, String why) {
        return new Finding(step, Outcome.SKIPPED, why, null);
    }

    public static Finding broken(Step step, String detail, String advice) {
        return new Finding(step, Outcome.BROKEN, detail, advice);
    }

    public boolean isBroken() {
        return outcome == Outcome.BROKEN;
    }
}
