package dev.iambroker.store;

import dev.iambroker.account.TokenKind;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A token at rest.
 *
 * @param cluster the id of the OpenShift cluster that issued it; null for a token of IAM
 * @param acquiredAt local wall clock when it was asked for
 * @param acquiredUptime the machine's uptime then; null where it was not known
 * @param life whole life, from {@code acquiredAt}
 * @param expiresAt its end by IAM's clock
 */
public record StoredToken(
        TokenKind kind,
        @Nullable String cluster,
        Secret value,
        Instant acquiredAt,
        @Nullable Uptime acquiredUptime,
        Duration life,
        Instant expiresAt,
        @Nullable String scope) {
    /** A token of IAM. */
    public StoredToken(
            TokenKind kind,
            Secret value,
            Instant acquiredAt,
            @Nullable Uptime acquiredUptime,
            Duration life,
            Instant expiresAt,
            @Nullable String scope) {
        this(kind, null, value, acquiredAt, acquiredUptime, life, expiresAt, scope);
    }

    @Override
    public String toString() {
        return kind.word() + " token until " + expiresAt;
    }
}
