package dev.iambroker.broker;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What a permitted client gets.
 *
 * @param expiresAt the token's end: as IAM states it, or earlier where this machine's clock is behind IAM's, because that
 *     is the clock that its clients compare with
 * @param left life left by the broker's clocks, never negative
 * @param etag opaque, changes when the token does
 */
public record TokenGrant(
        AccountName account,
        TokenKind kind,
        Secret token,
        @Nullable String scope,
        Instant expiresAt,
        Duration left,
        String etag) {
    @Override
    public String toString() {
        return kind.word() + " token of " + account + " until " + expiresAt;
    }
}
