package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import java.util.HashSet;
import java.util.Set;

/**
 * Tells an IAM that refuses too many requests (429) from one that refuses a few accounts, be it again and again: theirs
 * to wait out, not the others'. Not thread-safe.
 */
final class Refusals {
    /** Up to this part of the accounts counts as a few; one always does. */
    private static final int FEW = 10;

    private final Set<AccountName> seen = new HashSet<>();
    private final Set<AccountName> refused = new HashSet<>();

    /** {@code account} was answered, not with 429. */
    void answered(AccountName account) {
        seen.add(account);
        refused.remove(account);
    }

    /** Only these accounts are there from now on. */
    void keepOnly(Set<AccountName> accounts) {
        seen.retainAll(accounts);
        refused.retainAll(accounts);
    }

    /** {@code account} was refused; whether that says something of the IAM. The first time it always does. */
    boolean isNews(AccountName account) {
        seen.add(account);
        return refused.add(account) || refused.size() > Math.max(1, seen.size() / FEW);
    }
}
