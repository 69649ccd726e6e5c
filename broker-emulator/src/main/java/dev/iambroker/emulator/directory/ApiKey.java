package dev.iambroker.emulator.directory;

/** An API key: whose it is and for which account. */
public record ApiKey(Identity identity, String account, boolean disabled) {}
