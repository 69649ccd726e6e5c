package dev.iambroker.broker;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What somebody who keeps a token should have now.
 *
 * @param grant null where it is what they have already; then nothing was handed out
 * @param left the life left of it
 */
public record Delivery(@Nullable TokenGrant grant, Duration left) {}
