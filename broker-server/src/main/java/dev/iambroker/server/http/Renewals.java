package dev.iambroker.server.http;

import dev.iambroker.account.AccountName;
import dev.iambroker.event.RenewalHistory;
import org.jspecify.annotations.Nullable;

/** What is remembered of how renewals ended. Thread-safe; never blocks. */
@FunctionalInterface
public interface Renewals {
    /** Null for an account that is not configured (any more). */
    @Nullable
    RenewalHistory of(AccountName account);
}
