package dev.iambroker.token;

import dev.iambroker.account.AccountState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How an account stands at one moment.
 *
 * @param user whom IAM named last; null while nobody is logged in, and after a start until it does
 * @param runway until the first caller fails if IAM stays down from now; null for an account that is not to serve
 * @param loginRunway until the login itself ends if IAM stays down from now; null where it begins anew by itself, where
 *     there is none, and where IAM did not say
 * @param loggedInBefore whether a person or the broker ever logged in; false needs no alarm for an attended login
 */
public record AccountStatus(
        AccountState state,
        @Nullable String iamId,
        @Nullable String user,
        @Nullable Instant refreshTokenExpiresAt,
        @Nullable Duration runway,
        @Nullable Duration loginRunway,
        boolean loggedInBefore,
        @Nullable Failure lastFailure) {
    /** A failure and when it was, by the wall clock. */
    public record Failure(Instant at, RenewalFailure cause) {}
}
