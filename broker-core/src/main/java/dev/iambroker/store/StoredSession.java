package dev.iambroker.store;

import dev.iambroker.secret.Secret;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All that survives a restart of one account: its session at IAM and the tokens that were good when it was written.
 *
 * @param login the {@code word()} of the login that made the session; a session of another login is not used
 * @param refreshToken newest, null where the login has none
 * @param previousRefreshToken the one before, kept until the newest has worked
 * @param boundAccountId the account that the refresh token is bound to
 * @param iamId whom the login resolved to
 * @param importedFingerprint fingerprint of the imported refresh token that the session began with
 * @param disabled logged out on purpose
 */
public record StoredSession(
        String login,
        @Nullable Secret refreshToken,
        @Nullable Secret previousRefreshToken,
        @Nullable Instant refreshTokenExpiresAt,
        @Nullable String boundAccountId,
        @Nullable String iamId,
        @Nullable String importedFingerprint,
        boolean disabled,
        List<StoredToken> tokens) {
    public StoredSession {
        tokens = List.copyOf(tokens);
    }

    /** The login alone. */
    public StoredSession withoutTokens() {
        return withTokens(List.of());
    }

    /** The same login, with these tokens in place of its own. */
    public StoredSession withTokens(List<StoredToken> others) {
        return new StoredSession(
                login,
                refreshToken,
                previousRefreshToken,
                refreshTokenExpiresAt,
                boundAccountId,
                iamId,
                importedFingerprint,
                disabled,
                others);
    }

    @Override
    public String toString() {
        return "session by " + login + " with " + tokens.size() + " tokens";
    }
}
