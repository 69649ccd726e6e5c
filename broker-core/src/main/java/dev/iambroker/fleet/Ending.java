package dev.iambroker.fleet;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Why a token is not renewed any more, as the broker that renews it found.
 *
 * @param message fit for a client to read, without a secret
 * @param iamCode IAM's {@code errorCode}
 * @param at the finder's wall clock
 */
public record Ending(
        Reason reason, String message, @Nullable String iamCode, Instant at) {
    /** What would help. */
    public enum Reason {
        /** A login. */
        LOGIN_REQUIRED,
        /** Another configuration: IAM answers for somebody else. */
        IDENTITY_MISMATCH,
        /** Nothing that is known: IAM refuses. */
        REFUSED
    }
}
