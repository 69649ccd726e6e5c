package dev.iambroker.policy;

import dev.iambroker.account.Nearest;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.client.Program;
import dev.iambroker.client.Scope;
import dev.iambroker.policy.Explanation.Outcome;
import dev.iambroker.policy.Explanation.Step;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who may have what. Denies by default; the first rule that matches a client decides alone, but for rules in dry-run,
 * which decide nothing. A rule that has expired goes on to match, and denies: were it skipped, a wider one after it
 * would take its clients over the moment it ends. Immutable, thread-safe.
 */
public final class Policy {
    /** The name under which the daemon's own user and root act on the main Unix socket. */
    public static final String OWNER = "owner";

    /** The name of all clients of shared sockets, and how the names of shares begin on record. */
    public static final String SHARE = "share";

    /** The name of a client that no rule matches. */
    public static final String NOBODY = "nobody";

    private static final int ROOT = 0;
    private static final Standing AS_OWNER = new Standing(OWNER, Terms.NONE);
    private static final Standing AS_NOBODY = new Standing(NOBODY, Terms.NONE);
    private static final Decision ALLOW_OWNER = new Decision.Allow(OWNER, Terms.NONE);
    private static final Decision DENY_NOBODY =
            new Decision.Deny(NOBODY, "no rule under 'clients' matches this client");

    private final List<Entry> entries;
    private final int daemonUid;
    private final InstantSource clock;
    private final boolean asksOfPrograms;
    private final boolean hasDryRuns;

    /** What must allow it too; null for nothing. */
    private final @Nullable Policy also;

    /** @param daemonUid the user that the daemon runs as; it and root keep every right on the main Unix socket */
    public Policy(List<Rule> rules, int daemonUid) {
        this(rules, daemonUid, Policy::noClock);
    }

    /** @param clock the wall clock, by which rules expire */
    public Policy(List<Rule> rules, int daemonUid, InstantSource clock) {
        this(rules.stream().map(Entry::of).toList(), daemonUid, clock, null);
    }

    private Policy(List<Entry> entries, int daemonUid, InstantSource clock, @Nullable Policy also) {
        this.entries = entries;
        this.daemonUid = daemonUid;
        this.clock = clock;
        this.also = also;
        this.asksOfPrograms = entries.stream().anyMatch(entry -> entry.match().asksOfProgram())
                || (also != null && also.asksOfPrograms);
        this.hasDryRuns = entries.stream().anyMatch(Entry::isDryRun);
    }

    private static Instant noClock() {
        throw new IllegalStateException("a policy with rules that expire needs a clock");
    }

    /**
     * Allows what both allow, in the words of this one. For the time in which accounts of {@code other}'s configuration
     * give way to others of the same name: a right on the ones is none on the others.
     */
    public Policy alongside(Policy other) {
        return new Policy(entries, daemonUid, clock, other);
    }

    /** Whether a rule names a cluster so. */
    public boolean namesCluster(String cluster) {
        return entries.stream()
                .flatMap(entry -> entry.rule().allow().stream())
                .anyMatch(right -> right.cluster().equals(cluster));
    }

    public Decision decide(ClientIdentity client, Action action) {
        Scope scope = client.scope();
        if (scope != null) {
            return new SharedRight(this, scope).decide(action);
        }
        if (isOwner(client.peer())) {
            return ALLOW_OWNER;
        }
        Entry entry = deciding(client);
        if (entry == null) {
            return DENY_NOBODY;
        }
        Decision decision = entry.decide(action, clock);
        return decision instanceof Decision.Allow
                        && also != null
                        && also.decide(client, action) instanceof Decision.Deny deny
                ? deny
                : decision;
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
        Entry entry = deciding(client);
        return entry != null
                && !entry.hasExpired(clock)
                && entry.rule().mentions(verb, account)
                && (also == null || also.mayUse(client, verb, account));
    }

    /** The name of the rule that speaks for {@code client}: a metric label, low in cardinality. */
    public String nameOf(ClientIdentity client) {
        if (client.scope() != null) {
            return SHARE;
        }
        return standingOf(client).rule();
    }

    /** Whoever comes by a share has the terms of whoever shared it. */
    public Standing standingOf(ClientIdentity client) {
        Scope scope = client.scope();
        if (scope != null) {
            return standingOf(scope.sharer());
        }
        if (isOwner(client.peer())) {
            return AS_OWNER;
        }
        Entry entry = deciding(client);
        return entry == null ? AS_NOBODY : entry.standing();
    }

    /**
     * Whether what is decided over {@code client} stays so for as long as this policy is in force: nothing in it ends by
     * the clock, is counted, or tells somebody what it would have done.
     */
    public boolean isSteady(ClientIdentity client) {
        Terms terms = standingOf(client).terms();
        return client.scope() == null && also == null && !hasDryRuns && terms.expires() == null && terms.rate() == null;
    }

    public boolean hasDryRuns() {
        return hasDryRuns;
    }

    /** The rule in dry-run that would have denied what {@code client} wants, were it in force; null where none would. */
    public @Nullable String wouldDeny(ClientIdentity client, Action action) {
        if (!hasDryRuns || client.scope() != null || isOwner(client.peer())) {
            return null;
        }
        for (Entry entry : entries) {
            if (entry.matches(client)) {
                boolean denies = entry.isDryRun() && entry.decide(action, clock) instanceof Decision.Deny;
                return denies ? entry.rule().name() : null;
            }
        }
        return null;
    }

    /**
     * What has to be known of the client's process before it can be said which rule it comes under; beyond that nothing
     * should be read. Where its program was looked at already, the content of its file is asked for only if all else
     * that a rule asks is known to hold.
     */
    public Set<Fact> asks(ClientIdentity client) {
        if (!asksOfPrograms || client.scope() != null || client.peer() == null || isOwner(client.peer())) {
            return Set.of();
        }
        Set<Fact> facts = EnumSet.noneOf(Fact.class);
        addAsked(client, facts);
        return facts;
    }

    private void addAsked(ClientIdentity client, Set<Fact> facts) {
        Peer peer = client.peer();
        Program program = peer == null ? null : peer.program();
        for (Entry entry : entries) {
            Match match = entry.match();
            if (match.asksOfProgram() && match.mayMatch(peer)) {
                facts.addAll(match.openFacts(program));
            } else if (!entry.isDryRun() && entry.matches(client)) {
                break;
            }
        }
        if (also != null) {
            also.addAsked(client, facts);
        }
    }

    /** Whether the client comes under its rule by what its process runs, which may have changed since it was looked at. */
    public boolean isByProgram(ClientIdentity client) {
        if (!asksOfPrograms || client.scope() != null || isOwner(client.peer())) {
            return false;
        }
        Entry entry = deciding(client);
        return entry != null && entry.match().asksOfProgram();
    }

    /** How many requests the clients of each rule may make, by the rule's name; those without a limit are not in it. */
    public Map<String, Rate> rates() {
        Map<String, Rate> rates = new LinkedHashMap<>();
        for (Entry entry : entries) {
            Rate rate = entry.rule().terms().rate();
            if (rate != null) {
                rates.put(entry.rule().name(), rate);
            }
        }
        return rates;
    }

    /** What {@link #decide} says, and how it came to it. */
    public Explanation explain(ClientIdentity client, Action action) {
        List<Step> steps = new ArrayList<>();
        if (!isOwner(client.peer())) {
            for (Entry entry : entries) {
                Step step = entry.step(client, action, clock);
                steps.add(step);
                if (step.outcome() == Outcome.DECIDES) {
                    break;
                }
            }
        }
        return new Explanation(steps, decide(client, action));
    }

    /** Why nobody can be the client that is described: it would present a secret that no rule asks for. Null where it can. */
    public @Nullable String complaintOf(ClientIdentity described) {
        List<String> names = entries.stream().map(entry -> entry.rule().name()).toList();
        for (String client : described.provenClients()) {
            if (!names.contains(client)) {
                return "no client under 'clients' has this name; 'iam-broker check-config' shows them"
                        + Nearest.question(Nearest.of(client, names));
            }
            if (entries.stream()
                    .noneMatch(entry ->
                            entry.rule().name().equals(client) && entry.match().secret())) {
                return "client \"" + client + "\" has no secret to present: describe its process instead";
            }
        }
        return null;
    }

    /** As {@link #nameOf}, but which share it is, and by whose rule: for the audit log. */
    public String nameOnRecord(ClientIdentity client) {
        Scope scope = client.scope();
        return scope == null ? nameOf(client) : new SharedRight(this, scope).nameOnRecord();
    }

    private boolean isOwner(@Nullable Peer peer) {
        return peer != null && (peer.uid() == daemonUid || peer.uid() == ROOT);
    }

    private @Nullable Entry deciding(ClientIdentity client) {
        for (Entry entry : entries) {
            if (!entry.isDryRun() && entry.matches(client)) {
                return entry;
            }
        }
        return null;
    }

    /** A rule with its answers, made once: they are given out at every request. */
    private record Entry(Rule rule, Standing standing, Decision allow, Decision deny) {
        static Entry of(Rule rule) {
            return new Entry(
                    rule,
                    new Standing(rule.name(), rule.terms()),
                    new Decision.Allow(rule.name(), rule.terms()),
                    new Decision.Deny(rule.name(), "client \"" + rule.name() + "\" has no right to this"));
        }

        Match match() {
            return rule.match();
        }

        boolean isDryRun() {
            return rule.terms().dryRun();
        }

        boolean matches(ClientIdentity client) {
            return rule.match().matches(rule.name(), client);
        }

        boolean hasExpired(InstantSource clock) {
            Instant expires = rule.terms().expires();
            return expires != null && !clock.instant().isBefore(expires);
        }

        Decision decide(Action action, InstantSource clock) {
            if (hasExpired(clock)) {
                return new Decision.Deny(
                        rule.name(),
                        "client \"" + rule.name() + "\" has expired: its rule under 'clients' ended at "
                                + rule.terms().expires());
            }
            return rule.allows(action) ? allow : deny;
        }

        Step step(ClientIdentity client, Action action, InstantSource clock) {
            String mismatch = rule.match().mismatch(rule.name(), client);
            if (mismatch != null) {
                return new Step(rule.name(), Outcome.NO_MATCH, mismatch);
            }
            String word = decide(action, clock) instanceof Decision.Deny deny
                    ? deny.reason()
                    : "matches and has a right to this";
            return isDryRun()
                    ? new Step(rule.name(), Outcome.DRY_RUN, "matches and decides nothing, being in dry-run: " + word)
                    : new Step(rule.name(), Outcome.DECIDES, word);
        }
    }
}
