package dev.iambroker.client;

import org.jspecify.annotations.Nullable;

/**
 * What a shared socket was opened for; whoever comes by it has that and nothing else.
 *
 * @param share tells it from other shares
 * @param kind of the tokens, as {@code kind=} says it
 * @param cluster null for every cluster of the account
 * @param sharer who opened it; as soon as the policy does not allow it to them, it does not to anybody here
 */
public record Scope(
        String share, String kind, String account, @Nullable String cluster, ClientIdentity sharer) {}
