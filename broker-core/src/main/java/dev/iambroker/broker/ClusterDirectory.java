package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.ClusterStore;
import dev.iambroker.account.KnownCluster;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The clusters seen so far, so that a server's address finds its account without asking the containers service. What was
 * seen of an alias counts only while the alias stands for the same IBM account: the servers of another one must never
 * be handed its tokens. Thread-safe: readers see immutable snapshots, writers are serialised.
 */
final class ClusterDirectory {
    private final ClusterStore store;
    private final Function<AccountName, @Nullable String> accountIds;
    private volatile Map<AccountName, List<KnownCluster>> byAccount;

    /** @param accountIds the IBM account that an alias stands for now; null for none */
    ClusterDirectory(ClusterStore store, Function<AccountName, @Nullable String> accountIds) {
        this.store = store;
        this.accountIds = accountIds;
        Map<AccountName, List<KnownCluster>> loaded = new TreeMap<>();
        for (KnownCluster known : store.load()) {
            loaded.computeIfAbsent(known.account(), unused -> new ArrayList<>()).add(known);
        }
        this.byAccount = loaded;
    }

    /** The clusters that answer at {@code server}, whoever's they are. */
    List<KnownCluster> at(String server) {
        String wanted = normalized(server);
        List<KnownCluster> found = new ArrayList<>();
        for (AccountName account : byAccount.keySet()) {
            for (KnownCluster known : of(account)) {
                if (known.cluster().endpoints().stream()
                        .anyMatch(url -> normalized(url).equals(wanted))) {
                    found.add(known);
                }
            }
        }
        return found;
    }

    /** The clusters of {@code account} that {@code idOrName} means: at most one by id, else all of that name. */
    List<KnownCluster> named(AccountName account, String idOrName) {
        List<KnownCluster> byName = new ArrayList<>();
        for (KnownCluster known : of(account)) {
            if (known.cluster().id().equals(idOrName)) {
                return List.of(known);
            }
            if (known.cluster().name().equals(idOrName)) {
                byName.add(known);
            }
        }
        return byName;
    }

    boolean knows(AccountName account, String idOrName) {
        return !named(account, idOrName).isEmpty();
    }

    private List<KnownCluster> of(AccountName account) {
        List<KnownCluster> seen = byAccount.getOrDefault(account, List.of());
        String accountId = seen.isEmpty() ? null : accountIds.apply(account);
        return accountId == null
                ? List.of()
                : seen.stream()
                        .filter(known -> accountId.equals(known.accountId()))
                        .toList();
    }

    /** Every name by which a rule may mean the cluster that a client calls {@code idOrName}. */
    Set<String> namesOf(AccountName account, String idOrName) {
        Set<String> names = new HashSet<>();
        names.add(idOrName);
        List<KnownCluster> known = named(account, idOrName);
        if (known.size() == 1) {
            names.add(known.getFirst().cluster().id());
            names.add(known.getFirst().cluster().name());
        }
        return names;
    }

    /** Takes over a full list of the clusters of {@code account} as it was asked for, keeping the certificate authorities known before. */
    synchronized void learn(Account account, List<Cluster> clusters) {
        List<KnownCluster> known = new ArrayList<>();
        for (Cluster cluster : clusters) {
            String authority = authorityOf(account.name(), cluster.id());
            known.add(new KnownCluster(account.name(), account.accountId(), cluster, authority));
        }
        replace(account.name(), known);
    }

    /** Takes over one cluster with its certificate authority. */
    synchronized void learn(KnownCluster fresh) {
        List<KnownCluster> known = new ArrayList<>(of(fresh.account()));
        known.removeIf(old -> old.cluster().id().equals(fresh.cluster().id()));
        known.add(fresh);
        replace(fresh.account(), known);
    }

    private void replace(AccountName account, List<KnownCluster> known) {
        Map<AccountName, List<KnownCluster>> next = new TreeMap<>(byAccount);
        List<KnownCluster> before = next.put(account, List.copyOf(known));
        byAccount = next;
        if (!known.equals(before)) {
            store.save(account, known);
        }
    }

    private @Nullable String authorityOf(AccountName account, String id) {
        List<KnownCluster> known = named(account, id);
        return known.isEmpty() ? null : known.getFirst().certificateAuthority();
    }

    /** RFC 3986 section 6.2: scheme and host know no case, and an empty path is the path "/". */
    private static String normalized(String url) {
        String lower = url.toLowerCase(Locale.ROOT);
        return lower.endsWith("/") ? lower.substring(0, lower.length() - 1) : lower;
    }
}
