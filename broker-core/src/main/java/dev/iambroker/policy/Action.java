package dev.iambroker.policy;

import java.util.Set;

/**
 * What a client wants to do.
 *
 * @param account the alias as the client wrote it, whether or not there is such an account
 * @param clusterNames every name by which the cluster asked for is known: its id and its name; empty where none is
 *     named, which only a right on all clusters covers
 */
public record Action(Verb verb, String account, Set<String> clusterNames) {
    public Action {
        clusterNames = Set.copyOf(clusterNames);
    }

    public static Action on(Verb verb, String account) {
        return new Action(verb, account, Set.of());
    }

    boolean names(String cluster) {
        return clusterNames.contains(cluster);
    }
}
