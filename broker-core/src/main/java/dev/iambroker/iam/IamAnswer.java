package dev.iambroker.iam;

import dev.iambroker.secret.Secret;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What IAM answered to a grant. Every token is null where the answer has none.
 *
 * @param refreshToken null also where IAM says {@code not_supported}
 * @param scope as answered, space separated
 * @param refreshTokenExpiresAt null where IAM did not say
 * @param requestedAt local wall clock just before the request was sent: lives count from here
 */
public record IamAnswer(
        @Nullable IssuedToken access,
        @Nullable IssuedToken id,
        @Nullable IssuedToken uaa,
        @Nullable Secret refreshToken,
        @Nullable Secret delegatedRefreshToken,
        @Nullable Instant refreshTokenExpiresAt,
        @Nullable String scope,
        Instant requestedAt) {
    @Override
    public String toString() {
        return "answer requested at " + requestedAt;
    }
}
