package dev.iambroker.policy;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * On what terms a rule gives what it allows. Null asks nothing.
 *
 * @param maxTtl the most life that an answer states; the token itself lives as long as it does
 * @param rate how many requests are answered
 * @param expires when the rule stops allowing anything; it goes on to match, so that no later rule takes its clients over
 * @param dryRun decides nothing: what it would have denied is put on record, and the rules after it decide
 */
public record Terms(
        @Nullable Duration maxTtl,
        @Nullable Rate rate,
        @Nullable Instant expires,
        boolean dryRun) {
    public static final Terms NONE = new Terms(null, null, null, /* dryRun= */ false);
}
