package dev.iambroker.server.http;

import dev.iambroker.secret.Secret;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The client secrets of the configuration. Thread-safe; asked on an event loop, so it must not block. */
@FunctionalInterface
public interface ClientSecrets {
    /** No client proves itself by a secret. */
    ClientSecrets NONE = presented -> Set.of();

    /** The names of the clients whose secret this is; empty where it is nobody's. */
    Set<String> ownersOf(Secret presented);

    /** The secrets as they stand, by client name. */
    static ClientSecrets of(Map<String, Secret> secrets) {
        Map<String, Secret> known = Map.copyOf(secrets);
        return presented -> {
            Set<String> owners = new HashSet<>();
            // All are compared, each in constant time: how long it takes says nothing about which one nearly fit.
            known.forEach((name, secret) -> {
                if (secret.matches(presented)) {
                    owners.add(name);
                }
            });
            return owners;
        };
    }
}
