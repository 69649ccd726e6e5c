package dev.iambroker.server.cli;

import dev.iambroker.broker.AccessTokens;
import dev.iambroker.secret.Secret;

/**
 * What a {@link Relay} serves.
 *
 * @param tokens of one account; where its daemon is away it throws as a broker does
 * @param secret shown by whoever may ask; stays the caller's
 */
public record RelayOptions(AccessTokens tokens, Secret secret) {}
