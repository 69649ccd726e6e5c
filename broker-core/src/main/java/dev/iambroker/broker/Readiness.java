package dev.iambroker.broker;

import dev.iambroker.account.AccountName;
import java.util.List;

/**
 * Whether everything that should be served can be.
 *
 * @param notReady accounts without a usable token; the names are only for clients that may list them
 */
public record Readiness(List<AccountName> notReady) {
    public Readiness {
        notReady = List.copyOf(notReady);
    }

    public boolean isReady() {
        return notReady.isEmpty();
    }
}
