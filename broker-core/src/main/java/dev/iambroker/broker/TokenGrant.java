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
 * @param expiresAt the end that the client is told: {@code tokenEndsAt}, or earlier where its rule has a {@code max-ttl}
 * @param left life left by the broker's clocks and by the client's {@code max-ttl}, never negative
 * @param etag opaque, changes when the token does
 * @param tokenEndsAt the token's own end: as IAM states it, or earlier where this machine's clock is behind IAM's,
 *     because that is the clock that its clients compare with
 */
public record TokenGrant(
        AccountName account,
        TokenKind kind,
        Secret token,
        @Nullable String scope,
        Instant expiresAt,
        Duration left,
        String etag,
        Instant tokenEndsAt) {
    /** Of which the client is told the token's own end. */
    public TokenGrant(
            AccountName account,
            TokenKind kind,
            Secret token,
            @Nullable String scope,
            Instant expiresAt,
            Duration left,
            String etag) {
        this(account, kind, token, scope, expiresAt, left, etag, expiresAt);
    }

    /** The same token, of which the client is told that it ends {@code maxTtl} from {@code now}, unless it ends before. */
    TokenGrant shortenedTo(Duration maxTtl, Instant now) {
        if (left.compareTo(maxTtl) <= 0) {
            return this;
        }
        Instant stated = now.plus(maxTtl);
        Instant earlier = stated.isBefore(expiresAt) ? stated : expiresAt;
        return new TokenGrant(account, kind, token, scope, earlier, maxTtl, etag, tokenEndsAt);
    }

    @Override
    public String toString() {
        return kind.word() + " token of " + account + " until " + expiresAt;
    }
}
