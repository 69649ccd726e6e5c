package dev.iambroker.policy;

import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who may have what. Denies by default; the first rule that matches a client decides alone. Pure, immutable,
 * thread-safe.
 */
public final class Policy {
    /** The name under which the daemon's own user and root act on the main Unix socket. */
    public static final String OWNER = "owner";

    /** The name of all clients of shared sockets, and how the names of shares begin on record. */
    public static final String SHARE = "share";

    /** The name of a client that no rule matches. */
    public static final String NOBODY = "nobody";

    private static final int ROOT = 0;

    private final List<Rule> rules;
    private final int daemonUid;

    /** What must allow it too; null for nothing. */
    private final @Nullable Policy also;

    /** @param daemonUid the user that the daemon runs as; it and root keep every right on the main Unix socket */
    public Policy(List<Rule> rules, int daemonUid) {
        this(rules, daemonUid, null);
    }

    private Policy(List<Rule> rules, int daemonUid, @Nullable Policy also) {
        this.rules = List.copyOf(rules);
        this.daemonUid = daemonUid;
        this.also = also;
    }

    /**
     * Allows what both allow, in the words of this one. For the time in which accounts of {@code other}'s configuration
     * give way to others of the same name: a right on the ones is none on the others.
     */
    public Policy alongside(Policy other) {
        return new Policy(rules, daemonUid, other);
    }

    public Decision decide(ClientIdentity client, Action action) {
        Scope scope = client.scope();
        if (scope != null) {
            return new SharedRight(this, scope).decide(action);
        }
        if (isOwner(client.peer())) {
            return new Decision.Allow(OWNER);
        }
        Rule rule = ruleOf(client);
        if (rule == null) {
            return new Decision.Deny(NOBODY, "no rule under 'clients' matches this client");
        }
        if (rule.allows(action)) {
            return also != null && also.decide(client, action) instanceof Decision.Deny deny
                    ? deny
                    : new Decision.Allow(rule.name());
        }
        return new Decision.Deny(rule.name(), "client \"" + rule.name() + "\" has no right to this");
    }

    /** Whether {@code client} may do {@code verb} on the account or on any one of its clusters. */
    public boolean mayUse(ClientIdentity client, Verb verb, String account) {
        Scope scope = client.scope();
        if (scope != null) {
            return new SharedRight(this, scope).mayUse(verb, account);
        }
        if (isOwner(client.peer())) {
            return true;
        }
        Rule rule = ruleOf(client);
        return rule != null && rule.mentions(verb, account) && (also == null || also.mayUse(client, verb, account));
    }

    /** The name of the rule that speaks for {@code client}: a metric label, low in cardinality. */
    public String nameOf(ClientIdentity client) {
        if (client.scope() != null) {
            return SHARE;
        }
        if (isOwner(client.peer())) {
            return OWNER;
        }
        Rule rule = ruleOf(client);
        return rule == null ? NOBODY : rule.name();
    }

    /** As {@link #nameOf}, but which share it is, and by whose rule: for the audit log. */
    public String nameOnRecord(ClientIdentity client) {
        Scope scope = client.scope();
        return scope == null ? nameOf(client) : new SharedRight(this, scope).nameOnRecord();
    }

    private boolean isOwner(@Nullable Peer peer) {
        return peer != null && (peer.uid() == daemonUid || peer.uid() == ROOT);
    }

    private @Nullable Rule ruleOf(ClientIdentity client) {
        for (Rule rule : rules) {
            if (rule.match().matches(rule.name(), client)) {
                return rule;
            }
        }
        return null;
    }
}
