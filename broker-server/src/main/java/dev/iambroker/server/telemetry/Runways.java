package dev.iambroker.server.telemetry;

import dev.iambroker.account.AccountName;

/**
 * How long an account goes on if IAM stays down from now, in seconds; NaN where that is not known. Asked at every scrape, also for
 * an account that a reload takes away at that moment: quick, thread-safe, and it throws nothing.
 */
public interface Runways {
    /** Until the first caller fails. */
    double ofTokens(AccountName account);

    /** Until the login itself ends; NaN also where the broker begins it anew by itself. */
    double ofLogin(AccountName account);
}
