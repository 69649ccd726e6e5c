package dev.iambroker.account;

import org.jspecify.annotations.Nullable;

/** An IBM Cloud account that a login can reach. */
public record IbmAccount(
        String id, @Nullable String name, @Nullable String state) {}
