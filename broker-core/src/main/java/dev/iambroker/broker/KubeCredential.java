package dev.iambroker.broker;

/**
 * A token for a cluster's API server and when a client should ask again.
 *
 * @param expirationTimestamp the token's end less the configured margin, whole seconds
 */
public record KubeCredential(TokenGrant grant, java.time.Instant expirationTimestamp) {}
