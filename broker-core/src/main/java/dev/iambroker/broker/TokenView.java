package dev.iambroker.broker;

import java.time.Duration;
import java.time.Instant;

/** The content-free twin of {@link TokenGrant}, for status and logs. */
public record TokenView(Instant expiresAt, Instant refreshAt, Duration left) {}
