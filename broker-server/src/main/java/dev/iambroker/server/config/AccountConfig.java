package dev.iambroker.server.config;

import dev.iambroker.account.Account;

/**
 * An account and where its services are.
 *
 * @param account with its own cloud already resolved
 * @param endpoints its own, completed by those of the whole configuration
 */
public record AccountConfig(Account account, Endpoints endpoints) {}
