package dev.iambroker.broker;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cluster;
import dev.iambroker.token.Time;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The clusters of each account as they were listed lately. An account that a reload changed is another one, and finds
 * nothing here. Thread-safe.
 */
final class ClusterLists {
    /** Long enough for a script that asks in a loop, short enough for a person who waits for a cluster to be deployed. */
    static final Duration AGE = Duration.ofMinutes(5);

    /** So many accounts as one broker may have. */
    private static final int ACCOUNTS = 10_000;

    private final Cache<Account, List<Cluster>> lists;

    /** One for all accounts: to list a few once more is cheaper than to count for each. Guarded by this. */
    private long era;

    ClusterLists(Time time) {
        this.lists = Caffeine.newBuilder()
                .maximumSize(ACCOUNTS)
                .expireAfterWrite(AGE)
                .ticker(time::nanos)
                .executor(Runnable::run)
                .build();
    }

    @Nullable
    List<Cluster> of(Account account) {
        return lists.getIfPresent(account);
    }

    /** Which lists count now: a listing that takes longer than its era is of a session that may be over. */
    synchronized long era() {
        return era;
    }

    /** Keeps what was listed, unless somebody dropped lists since that era. */
    synchronized void keep(Account account, List<Cluster> clusters, long since) {
        if (era == since) {
            lists.put(account, List.copyOf(clusters));
        }
    }

    /** Forgets what was listed by the session of {@code owner}: the next one may be somebody else's. */
    synchronized void drop(AccountName owner) {
        era++;
        lists.asMap().keySet().removeIf(account -> account.sessionOwner().equals(owner));
    }
}
