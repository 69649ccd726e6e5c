package dev.iambroker.account;

import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What an OAuth server issued: opaque, so that all that is known of it stands here.
 *
 * @param life whole life as answered, counted from the request
 * @param requestedAt local wall clock just before the request was sent
 */
public record OpenShiftToken(
        Secret value, Duration life, @Nullable String scope, Instant requestedAt) {
    @Override
    public String toString() {
        return "token of an OAuth server, asked for at " + requestedAt;
    }
}
