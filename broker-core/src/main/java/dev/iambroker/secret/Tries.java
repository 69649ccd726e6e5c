package dev.iambroker.secret;

import java.time.Instant;

/**
 * The passphrases that were tried, in vain so far, since a lock.
 *
 * @param count how many, not negative
 * @param last when the last was given, by the wall clock
 */
public record Tries(int count, Instant last) {
    public static final Tries NONE = new Tries(0, Instant.EPOCH);

    public Tries {
        if (count < 0) {
            throw new IllegalArgumentException("tries are counted from 0");
        }
    }

    /** One more, at {@code now}. */
    public Tries andOne(Instant now) {
        return new Tries(Math.min(count, Integer.MAX_VALUE - 1) + 1, now);
    }
}
