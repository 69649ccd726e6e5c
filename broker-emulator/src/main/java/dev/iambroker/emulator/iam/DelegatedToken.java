package dev.iambroker.emulator.iam;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A delegated refresh token, good for one exchange until it expires. */
record DelegatedToken(Session session, @Nullable String account, Instant expiresAt) {}
