package dev.iambroker.policy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One right of a rule: {@code access:prod}, {@code kube:prod/build-cluster}, {@code *:dev}. A segment is a literal or
 * {@code *}; there are no globs.
 *
 * @param verb null for {@code *}, which covers every verb but {@link Verb#ADMIN}
 * @param account an alias, or {@code *}
 * @param cluster a cluster's id or name, or {@code *}; meaningful for {@link Verb#KUBE} only
 */
public record Right(@Nullable Verb verb, String account, String cluster) {
    /** Any account, any cluster, any kind. */
    public static final String ANY = "*";

    /** What a right looks like, for messages. */
    public static final String FORM =
            "KIND:ACCOUNT or kube:ACCOUNT/CLUSTER, KIND one of access, kube, uaa, list, admin, *";

    /** Reads a right as the configuration writes it; empty where it is none. */
    public static Optional<Right> parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 1) {
            return Optional.empty();
        }
        String kind = text.substring(0, colon);
        Optional<Verb> verb = Verb.ofWord(kind);
        if (verb.isEmpty() && !kind.equals(ANY)) {
            return Optional.empty();
        }
        return target(verb.orElse(null), text.substring(colon + 1));
    }

    private static Optional<Right> target(@Nullable Verb verb, String text) {
        int slash = text.indexOf('/');
        String account = slash < 0 ? text : text.substring(0, slash);
        String cluster = slash < 0 ? ANY : text.substring(slash + 1);
        boolean clusterMakesSense = slash < 0 || verb == Verb.KUBE;
        if (!isSegment(account) || !isSegment(cluster) || !clusterMakesSense) {
            return Optional.empty();
        }
        return Optional.of(new Right(verb, account, cluster));
    }

    private static boolean isSegment(String text) {
        return text.equals(ANY) || (!text.isEmpty() && text.indexOf('*') < 0 && text.indexOf('/') < 0);
    }

    boolean covers(Action action) {
        return coversAccount(action.account()) && coversVerb(action);
    }

    /** Covers the verb on the account, or on some cluster of it. */
    boolean mentions(Verb wanted, String name) {
        boolean coversAny =
                wanted == Verb.LIST || (wanted == Verb.ADMIN ? verb == Verb.ADMIN : verb == null || verb == wanted);
        return coversAny && coversAccount(name);
    }

    boolean coversAccount(String name) {
        return account.equals(ANY) || account.equals(name);
    }

    private boolean coversVerb(Action action) {
        if (action.verb() == Verb.LIST) {
            return true;
        }
        if (action.verb() == Verb.ADMIN) {
            return verb == Verb.ADMIN;
        }
        if (verb == null) {
            return true;
        }
        return verb == action.verb() && coversCluster(action);
    }

    private boolean coversCluster(Action action) {
        return verb != Verb.KUBE || cluster.equals(ANY) || action.names(cluster);
    }

    @Override
    public String toString() {
        String kind = verb == null ? ANY : verb.word();
        return cluster.equals(ANY) ? kind + ":" + account : kind + ":" + account + "/" + cluster;
    }
}
