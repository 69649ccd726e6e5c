package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Scope;
import dev.iambroker.event.AuditEvent;
import dev.iambroker.event.AuditLog;
import dev.iambroker.event.AuditUnavailable;
import dev.iambroker.event.Tally;
import dev.iambroker.policy.Action;
import dev.iambroker.policy.Decision;
import dev.iambroker.policy.Policy;
import dev.iambroker.policy.Right;
import dev.iambroker.policy.Standing;
import dev.iambroker.policy.Verb;
import dev.iambroker.token.Time;
import dev.iambroker.token.Token;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Who may pass: the policy's word on a request, and its place in the audit log. Thread-safe. */
final class Gate {
    private static final String NOT_CONFIGURED = "(not configured)";
    private static final String NOT_KNOWN = "(not known)";

    /** Before the action in a record of what a rule in dry-run would have denied. */
    private static final String DRY_RUN = "dry-run:";

    private volatile Policy policy;
    private final TokenService tokens;
    private final ClusterDirectory directory;
    private final AuditLog audit;
    private final Time time;
    private final DryRuns dryRuns;

    /** Nobody comes by a share before there are any. */
    private volatile Uses uses = Uses.NONE;

    /** Counts what is handed out by shares. Thread-safe. */
    interface Uses {
        Uses NONE = new Uses() {
            @Override
            public boolean isOpen(Scope scope) {
                return false;
            }

            @Override
            public boolean spend(Scope scope) {
                return false;
            }

            @Override
            public void settle(Scope scope, boolean isHandedOut) {}

            @Override
            public void loggingOut(AccountName owner) {}
        };

        /** Whether the share may be used at all. */
        boolean isOpen(Scope scope);

        /** Takes one use, to be settled; false where the share is over. */
        boolean spend(Scope scope);

        /** What became of the use that was taken. */
        void settle(Scope scope, boolean isHandedOut);

        /** The session of {@code owner} is about to be ended by command. */
        void loggingOut(AccountName owner);
    }

    Gate(Policy policy, TokenService tokens, ClusterDirectory directory, AuditLog audit, Time time, DryRuns dryRuns) {
        this.policy = policy;
        this.dryRuns = dryRuns;
        this.tokens = tokens;
        this.directory = directory;
        this.audit = audit;
        this.time = time;
    }

    void countUsesBy(Uses newUses) {
        uses = newUses;
    }

    void loggingOut(AccountName owner) {
        uses.loggingOut(owner);
    }

    void apply(Policy next) {
        policy = next;
    }

    Policy policy() {
        return policy;
    }

    /** As {@link #known}, for what is not served while the broker is locked. */
    Account permit(ClientIdentity client, Verb verb, String name, @Nullable String cluster) {
        Account account = known(client, verb, name, cluster);
        demandOpen();
        return account;
    }

    /** @throws BrokerFailure.Locked where the broker is locked */
    void demandOpen() {
        if (tokens.isLocked()) {
            throw Failures.locked();
        }
    }

    /** Policy first: a client without any right learns nothing of what exists. */
    Account known(ClientIdentity client, Verb verb, String name, @Nullable String cluster) {
        AccountName account = AccountName.isValid(name) ? new AccountName(name) : null;
        Action action = new Action(verb, name, namesOf(account, cluster));
        Policy inForce = policy;
        Decision decision = inForce.decide(client, action);
        if (decision instanceof Decision.Deny || !isOfTokens(verb)) {
            tellOfDryRun(inForce, client, action, cluster);
        }
        if (decision instanceof Decision.Deny deny) {
            recordDenial(client, verb, name, cluster, deny.rule());
            throw new BrokerFailure.Denied(deny.reason(), About.NOTHING);
        }
        demandOpenShare(client, verb, name, cluster);
        Account configured = account == null ? null : tokens.find(account);
        if (configured == null) {
            throw unknown(client, name);
        }
        return configured;
    }

    /** Only a name that the client could see in its list helps it, and tells it nothing. */
    BrokerFailure unknown(ClientIdentity client, String name) {
        List<String> listed = tokens.names().stream()
                .map(AccountName::value)
                .filter(each -> mayUse(client, Verb.LIST, each))
                .toList();
        return Failures.unknownAccount(name, listed);
    }

    /** A connection may be there a moment longer than its share. */
    private void demandOpenShare(ClientIdentity client, Verb verb, String name, @Nullable String cluster) {
        Scope scope = client.scope();
        if (scope != null && !uses.isOpen(scope)) {
            throw shareOver(client, verb, name, cluster);
        }
    }

    private BrokerFailure shareOver(ClientIdentity client, Verb verb, String name, @Nullable String cluster) {
        recordDenial(client, verb, name, cluster, policy.nameOnRecord(client));
        return new BrokerFailure.Denied(
                "this share is over: its time or its uses are, or it was ended; ask for another", About.NOTHING);
    }

    /** Which cluster it is decides the server's address; a right on none of the account's clusters decides now. */
    void demandSomeCluster(ClientIdentity client, String account) {
        if (!policy.mayUse(client, Verb.KUBE, account)) {
            permit(client, Verb.KUBE, account, null);
        }
        if (!AccountName.isValid(account) || !tokens.isConfigured(new AccountName(account))) {
            throw unknown(client, account);
        }
    }

    /** A server's address decides the account; a right on no cluster of any account decides now. */
    void demandKubeOfSomeAccount(ClientIdentity client) {
        boolean isOfSome = tokens.names().stream().anyMatch(name -> mayUse(client, Verb.KUBE, name.value()));
        if (!isOfSome && policy.decide(client, Action.on(Verb.KUBE, Right.ANY)) instanceof Decision.Deny deny) {
            recordDenial(client, Verb.KUBE, Right.ANY, null, deny.rule());
            throw new BrokerFailure.Denied(deny.reason(), About.NOTHING);
        }
    }

    Account administered(ClientIdentity client, String name, String what) {
        Account account = permit(client, Verb.ADMIN, name, null);
        recordAdmin(client, account.name().value(), what);
        return account;
    }

    /** Puts on record what {@code client} did to {@code account}. */
    void recordAdmin(ClientIdentity client, String account, String what) {
        audit.record(new AuditEvent(time.now(), client, what, account, null, true, policy.nameOnRecord(client)));
    }

    /** Whether whoever opened a share may still do so. */
    boolean allowsSharing(Scope scope, TokenKind kind) {
        AccountName account = new AccountName(scope.account());
        Action use = new Action(Verb.of(kind), scope.account(), namesOf(account, scope.cluster()));
        return allows(scope.sharer(), use) && allows(scope.sharer(), Action.on(Verb.ADMIN, scope.account()));
    }

    /** What is done to all accounts at once needs {@code admin:*}; no alias is {@code *}. */
    void demandAdminOfAll(ClientIdentity client, String what) {
        Decision decision = policy.decide(client, Action.on(Verb.ADMIN, Right.ANY));
        if (decision instanceof Decision.Deny deny) {
            record(client, what, false, deny.rule());
            throw new BrokerFailure.Denied(deny.reason(), About.NOTHING);
        }
    }

    /** Puts on record what became of something that is done to all accounts at once. */
    void record(ClientIdentity client, String what, boolean allowed) {
        record(client, what, allowed, policy.nameOf(client));
    }

    /** Puts on record that {@code client} got nothing, for a reason that is no matter of rights; of any account where null. */
    void refused(ClientIdentity client, String why, @Nullable String account) {
        String of = account == null ? Right.ANY : onRecord(account);
        audit.record(new AuditEvent(time.now(), client, why, of, null, false, policy.nameOnRecord(client)));
    }

    private void record(ClientIdentity client, String what, boolean allowed, String rule) {
        audit.record(new AuditEvent(time.now(), client, what, Right.ANY, null, allowed, rule));
    }

    /** Permits what concerns the whole broker, and puts it on record. */
    void administered(ClientIdentity client, String what) {
        demandAdminOfAll(client, what);
        record(client, what, true);
    }

    /** Whether {@link #handOut} may block, since nothing goes out without its record. */
    boolean blocks() {
        return audit.isRequired();
    }

    /** What asks for a token is permitted as often as it is looked for, and told of once: when it is handed out. */
    private static boolean isOfTokens(Verb verb) {
        return verb != Verb.LIST && verb != Verb.ADMIN;
    }

    /** Puts on record what {@code client} gets, and returns it on the terms of its rule. */
    TokenGrant handOut(ClientIdentity client, Token token, @Nullable String cluster, AuditEvent.Source source) {
        String etag = token.etag();
        AccountName account = token.key().account();
        TokenKind kind = token.key().kind();
        String at = NameOnRecord.ofNullable(cluster);
        Scope scope = client.scope();
        if (scope != null && !uses.spend(scope)) {
            throw shareOver(client, Verb.of(kind), account.value(), cluster);
        }
        Policy inForce = policy;
        Standing standing = inForce.standingOf(client);
        if (inForce.hasDryRuns()) {
            Action action = new Action(Verb.of(kind), account.value(), namesOf(account, cluster));
            tellOfDryRun(inForce, client, action, cluster);
        }
        AuditEvent handOut = new AuditEvent(
                time.now(), client, kind.word(), account.value(), at, true, inForce.nameOnRecord(client), source, etag);
        recordUse(scope, handOut);
        return grant(token, standing);
    }

    /** {@code token} on the terms of the rule. */
    TokenGrant grant(Token token, Standing standing) {
        TokenGrant grant = new TokenGrant(
                token.key().account(),
                token.key().kind(),
                token.value(),
                token.scope(),
                token.endsAt(time),
                token.left(time),
                token.etag());
        Duration maxTtl = standing.terms().maxTtl();
        return maxTtl == null ? grant : grant.shortenedTo(maxTtl, time.now());
    }

    /**
     * A way past this gate that stays open; null where each request has to be judged by itself.
     *
     * @throws BrokerFailure as {@link #permit}
     */
    @Nullable
    Passage passage(ClientIdentity client, Verb verb, String name) {
        Policy inForce = policy;
        if (!inForce.isSteady(client)) {
            return null;
        }
        // A reload in between leaves it closed.
        return new Passage(this, client, inForce, permit(client, verb, name, null));
    }

    /** Whether what {@code decidedBy} permitted on {@code account} is still so. */
    // Equal ones that were put in their place may have come with others that differ.
    @SuppressWarnings("ReferenceEquality")
    boolean stillHolds(Policy decidedBy, Account account) {
        return policy == decidedBy && !tokens.isLocked() && tokens.find(account.name()) == account;
    }

    /** Puts on record what {@code client} gets, and may get again. */
    @Nullable
    Tally recordFirst(ClientIdentity client, Token token, String rule) {
        TokenKey key = token.key();
        return audit.recordFirst(new AuditEvent(
                time.now(),
                client,
                key.kind().word(),
                key.account().value(),
                null,
                true,
                rule,
                AuditEvent.Source.CACHED,
                token.etag()));
    }

    /** What cannot be put on record is not handed out, and no use of a share. */
    private void recordUse(@Nullable Scope scope, AuditEvent handOut) {
        boolean isOnRecord = false;
        try {
            record(handOut);
            isOnRecord = true;
        } finally {
            if (scope != null) {
                uses.settle(scope, isOnRecord);
            }
        }
    }

    private void record(AuditEvent handOut) {
        if (!audit.isRequired()) {
            audit.record(handOut);
            return;
        }
        try {
            audit.require(handOut);
        } catch (AuditUnavailable e) {
            throw Failures.auditUnavailable();
        }
    }

    boolean mayUse(ClientIdentity client, Verb verb, String account) {
        return policy.mayUse(client, verb, account);
    }

    boolean allows(ClientIdentity client, Action action) {
        return policy.decide(client, action) instanceof Decision.Allow;
    }

    String nameOf(ClientIdentity client) {
        return policy.nameOf(client);
    }

    private void tellOfDryRun(Policy inForce, ClientIdentity client, Action action, @Nullable String cluster) {
        String rule = inForce.wouldDeny(client, action);
        if (rule != null) {
            String account = onRecord(action.account());
            String verb = action.verb().word();
            dryRuns.wouldDeny(rule, verb, account);
            String at = refusedAt(action.account(), cluster);
            audit.record(new AuditEvent(time.now(), client, DRY_RUN + verb, account, at, false, rule));
        }
    }

    private void recordDenial(ClientIdentity client, Verb verb, String name, @Nullable String cluster, String rule) {
        String at = refusedAt(name, cluster);
        audit.record(new AuditEvent(time.now(), client, verb.word(), onRecord(name), at, false, rule));
    }

    /** As with accounts, one word for all clusters that whoever is refused may have made up. */
    private @Nullable String refusedAt(String name, @Nullable String cluster) {
        String at = NameOnRecord.ofNullable(cluster);
        if (cluster == null || !cluster.equals(at) || policy.namesCluster(cluster)) {
            return at;
        }
        boolean isSeen = AccountName.isValid(name) && directory.knows(new AccountName(name), cluster);
        return isSeen ? at : NOT_KNOWN;
    }

    private String onRecord(String name) {
        boolean isConfigured = AccountName.isValid(name) && tokens.isConfigured(new AccountName(name));
        // One word for all that there are not: whoever makes names up would fill the disk with them.
        return isConfigured || name.equals(Right.ANY) ? name : NOT_CONFIGURED;
    }

    /** Every name by which a rule may mean the cluster. */
    Set<String> namesOf(@Nullable AccountName account, @Nullable String cluster) {
        if (cluster == null) {
            return Set.of();
        }
        return account == null ? Set.of(cluster) : directory.namesOf(account, cluster);
    }
}
