package dev.iambroker.broker;

import dev.iambroker.account.TokenKind;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One client's wish for a token.
 *
 * @param account the alias as the client wrote it
 * @param cluster id or name; null where none was named
 * @param minTtl how long the token must still live
 * @param patience how long the client waits for IAM
 */
public record TokenRequest(
        String account, TokenKind kind, @Nullable String cluster, Duration minTtl, Duration patience) {
    /** What {@code min_ttl} is where the client does not say. */
    public static final Duration DEFAULT_MIN_TTL = Duration.ofSeconds(60);

    /** What {@code wait} is where the client does not say. */
    public static final Duration DEFAULT_WAIT = Duration.ofSeconds(10);

    /** The longest a client may wait. */
    public static final Duration MAX_WAIT = Duration.ofSeconds(60);

    TokenRequest withPatience(Duration left) {
        return new TokenRequest(account, kind, cluster, minTtl, left);
    }
}
