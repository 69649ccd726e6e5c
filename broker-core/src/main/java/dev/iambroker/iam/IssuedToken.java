package dev.iambroker.iam;

import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One token of an answer.
 *
 * @param life whole life as answered, counted from the request: the smaller of {@code expires_in} and the claims'
 *     {@code exp - iat}; an ID or UAA token's own claims where it has any
 * @param expiresAt the end by IAM's clock: the claims' {@code exp}, else {@code expiration}, else request plus life
 * @param claims null where the token is no JWT
 */
public record IssuedToken(
        Secret value,
        Duration life,
        Instant expiresAt,
        @Nullable Claims claims) {
    @Override
    public String toString() {
        return "token until " + expiresAt;
    }
}
