package dev.iambroker.emulator.cloud;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** The clusters of all accounts, and whose roles were brought to which. Thread-safe. */
public final class Clusters {
    private final List<Cluster> clusters = new CopyOnWriteArrayList<>();
    private final Set<String> synchronizedRoles = ConcurrentHashMap.newKeySet();

    public void add(Cluster cluster) {
        clusters.add(cluster);
    }

    public void remove(String id) {
        clusters.removeIf(cluster -> cluster.id().equals(id));
    }

    List<Cluster> of(String account) {
        return clusters.stream()
                .filter(cluster -> cluster.account().equals(account))
                .toList();
    }

    Cluster find(String account, String nameOrId) {
        return of(account).stream()
                .filter(cluster -> cluster.isCalled(nameOrId))
                .findFirst()
                .orElseThrow(() -> new CloudFailure(
                        404,
                        "G0004",
                        "General",
                        "The specified cluster could not be found, or the wrong account is targeted."));
    }

    void rolesApplied(Cluster cluster, String iamId) {
        synchronizedRoles.add(cluster.id() + " " + iamId);
    }

    boolean rolesSynchronized(Cluster cluster, String iamId) {
        return synchronizedRoles.contains(cluster.id() + " " + iamId);
    }
}
