package dev.iambroker.emulator.cloud;

import dev.iambroker.emulator.directory.Identity;
import org.jspecify.annotations.Nullable;

/** Whoever presented a good access token, and the account that it is bound to, if any. */
record Caller(Identity identity, @Nullable String account) {}
