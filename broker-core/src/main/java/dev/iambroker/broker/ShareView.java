package dev.iambroker.broker;

import dev.iambroker.account.TokenKind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A share as those see it who may end it.
 *
 * @param path of its socket; where the mode lets others in, who knows it may use it
 * @param usesLeft null for any number
 * @param by the rule of whoever shared it
 */
public record ShareView(
        String id,
        String account,
        TokenKind kind,
        @Nullable String cluster,
        String path,
        Instant expiresAt,
        @Nullable Long usesLeft,
        String by) {}
