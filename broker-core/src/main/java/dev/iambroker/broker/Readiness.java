package dev.iambroker.broker;

import dev.iambroker.account.AccountName;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether everything that should be served can be.
 *
 * @param notReady accounts without a usable token; the names are only for clients that may list them
 * @param runway until the first caller of any of them fails if IAM stays down from now; null where none is to serve
 */
public record Readiness(
        List<AccountName> notReady, @Nullable Duration runway) {
    public Readiness {
        notReady = List.copyOf(notReady);
    }

    public boolean isReady() {
        return notReady.isEmpty();
    }
}
