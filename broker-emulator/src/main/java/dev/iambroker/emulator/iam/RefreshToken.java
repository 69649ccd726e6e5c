package dev.iambroker.emulator.iam;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A refresh token as its issuer knows it. Guarded by the {@link Sessions} that made it. */
final class RefreshToken {
    final String value;
    final Client client;
    final Session session;
    final @Nullable String account;
    final Instant expiresAt;
    final @Nullable RefreshToken parent;
    boolean dead;
    /** Whether a successor of it was used. */
    boolean succeeded;

    RefreshToken(
            String value,
            Client client,
            Session session,
            @Nullable String account,
            Instant expiresAt,
            @Nullable RefreshToken parent) {
        this.value = value;
        this.client = client;
        this.session = session;
        this.account = account;
        this.expiresAt = expiresAt;
        this.parent = parent;
    }
}
