package dev.iambroker.event;

import dev.iambroker.client.ClientIdentity;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One decision of the broker over one request.
 *
 * @param action {@code access}, {@code kube}, {@code uaa}, {@code list}, {@code login}, {@code logout} …
 * @param account as the client named it, if that had the shape of a name; {@code cluster} too
 * @param rule the rule that decided
 * @param fingerprint start of the SHA-256 of what was handed out, null where nothing was
 */
public record AuditEvent(
        Instant at,
        ClientIdentity client,
        String action,
        String account,
        @Nullable String cluster,
        boolean allowed,
        String rule,
        @Nullable String fingerprint) {}
