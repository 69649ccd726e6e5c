package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.etcd.Etcd.Change;
import dev.iambroker.fleet.etcd.Etcd.Guard;
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.SessionSuperseded;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import dev.iambroker.store.StoredToken;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The sessions of the fleet. A session is written only over the one that was loaded or written here last, and an answer to
 * a refresh only while this member still renews the login.
 */
final class SharedSessions implements SessionStore {
    private static final int MOST_UNSETTLED = 8;

    private final Etcd etcd;
    private final Keyspace keys;
    private final Mirror mirror;
    private final Records records;
    private final Passages passages;
    private final InstantSource clock;
    private final SessionStore local;
    private final Gate gate;
    private final Bytes self;
    private final Presented presented = new Presented();
    private final Map<String, Long> bases = new ConcurrentHashMap<>();

    /**
     * What was sent since the last answer, of which any may have been written. The latest: while etcd refuses every write, each
     * renewal adds one.
     */
    private final Latest unsettled = new Latest(MOST_UNSETTLED);

    SharedSessions(
            Etcd etcd,
            Keyspace keys,
            Mirror mirror,
            Records records,
            Passages passages,
            InstantSource clock,
            SessionStore local,
            Gate gate,
            String self) {
        this.etcd = etcd;
        this.keys = keys;
        this.mirror = mirror;
        this.records = records;
        this.passages = passages;
        this.clock = clock;
        this.local = local;
        this.gate = gate;
        this.self = Bytes.of(self);
    }

    @Override
    public boolean isShared() {
        return true;
    }

    @Override
    public @Nullable StoredSession load(AccountName account) {
        demandOpen();
        String id = keys.id(account);
        Kept kept = mirror.find(Kind.SESSION, id);
        return switch (kept) {
            case null -> {
                bases.put(id, 0L);
                yield null;
            }
            case Kept.Session session -> {
                StoredSession opened = anchored(records.open(account, session));
                bases.put(id, session.revision());
                presented.know(id, opened);
                yield opened;
            }
            case Kept.Unread unread -> {
                // A login replaces it.
                bases.put(id, unread.revision());
                throw Records.unreadable(account, "no key of state.shared.fleet-key opens it");
            }
            case Kept.Holder other -> throw new IllegalStateException("no session: " + other.key());
            case Kept.Noted other -> throw new IllegalStateException("no session: " + other.key());
        };
    }

    private void demandOpen() {
        if (local.isLocked()) {
            throw new StoreFailure("the store is locked: unlock it with 'iam-broker unlock'");
        }
    }

    /** The writer's wall clock is not this one's: what says to be of the future is of now, and lives no longer than it does. */
    private StoredSession anchored(StoredSession session) {
        Instant now = clock.instant();
        List<StoredToken> tokens = new ArrayList<>();
        for (StoredToken token : session.tokens()) {
            Instant acquiredAt = token.acquiredAt().isAfter(now) ? now : token.acquiredAt();
            Duration most = Duration.between(acquiredAt, token.expiresAt());
            Duration life = token.life().compareTo(most) < 0 ? token.life() : most;
            if (life.isPositive()) {
                tokens.add(new StoredToken(
                        token.kind(),
                        token.cluster(),
                        token.value(),
                        acquiredAt,
                        token.acquiredUptime(),
                        life,
                        token.expiresAt(),
                        token.scope()));
            }
        }
        return session.withTokens(tokens);
    }

    @Override
    public void save(AccountName account, StoredSession session) {
        write(List.of(new Writing(account, keys.id(account), session)));
    }

    @Override
    public void save(AccountName owner, StoredSession session, AccountName sharing, StoredSession sharingSession) {
        write(List.of(
                new Writing(owner, keys.id(owner), session), new Writing(sharing, keys.id(sharing), sharingSession)));
    }

    /** The first is of the owner of the login. */
    private void write(List<Writing> writings) {
        demandOpen();
        try {
            for (Writing writing : writings) {
                settle(writing.id());
            }
            attempt(writings);
        } catch (EtcdUnavailable e) {
            throw new StoreFailure(
                    "the session of account " + writings.getFirst().account() + " cannot be shared: " + e.getMessage(),
                    e);
        }
    }

    /**
     * Finds out whether what was sent was written: its sender could not know.
     *
     * @throws EtcdUnavailable if etcd does not answer
     */
    void settle(String id) {
        if (!unsettled.hasAny(id)) {
            return;
        }
        Etcd.Entry found = etcd.get(keys.session(id));
        if (found != null && isUnsettled(id, found.value())) {
            bases.put(id, found.modRevision());
            mirror.put(found);
        }
    }

    private boolean isUnsettled(String id, Bytes value) {
        return unsettled.hasAny(id) && unsettled.contains(id, value.sha256());
    }

    private void attempt(List<Writing> writings) {
        String owner = writings.getFirst().id();
        List<Guard> guards = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        if (passages.isSpent(owner)) {
            guards.add(new Guard.Holds(keys.renewer(owner), self));
            changes.add(new Change.Delete(keys.intent(owner)));
        }
        List<Etcd.Entry> sent = new ArrayList<>();
        for (Writing writing : writings) {
            String key = keys.session(writing.id());
            Bytes value = records.session(writing.account(), writing.session(), clock.instant());
            guards.add(new Guard.Unchanged(key, base(writing.id())));
            changes.add(new Change.Put(key, value, 0));
            sent.add(new Etcd.Entry(key, value, 0, 0, 0));
            presented.know(writing.id(), writing.session());
        }
        commit(writings, sent, guards, changes);
    }

    private void commit(List<Writing> writings, List<Etcd.Entry> sent, List<Guard> guards, List<Change> changes) {
        for (int at = 0; at < sent.size(); at++) {
            unsettled.add(writings.get(at).id(), sent.get(at).value().sha256());
        }
        Etcd.Outcome outcome = etcd.commit(guards, changes);
        if (!outcome.isDone()) {
            refused(writings);
        }
        for (int at = 0; at < sent.size(); at++) {
            written(writings.get(at).id(), sent.get(at), outcome.revision());
        }
        passages.written(writings.getFirst().id());
    }

    private void written(String id, Etcd.Entry sent, long revision) {
        unsettled.forget(id);
        bases.put(id, revision);
        mirror.put(new Etcd.Entry(sent.key(), sent.value(), revision, revision, 0));
    }

    /** What superseded a session is to be loaded next, although the watch may not have brought it yet. */
    private void refused(List<Writing> writings) {
        AccountName account = writings.getFirst().account();
        for (Writing writing : writings) {
            Etcd.Entry found = etcd.get(keys.session(writing.id()));
            if (found != null && isUnsettled(writing.id(), found.value())) {
                // What was sent before this arrived only now.
                writings.forEach(each -> unsettled.forget(each.id()));
                bases.put(writing.id(), found.modRevision());
                mirror.put(found);
                throw new StoreFailure("the session of account " + account + " was still being written: try again");
            }
            if (found != null) {
                mirror.put(found);
            }
        }
        writings.forEach(each -> unsettled.forget(each.id()));
        passages.written(writings.getFirst().id());
        throw new SessionSuperseded("the session of account " + account
                + " was changed by another member of the fleet, or is renewed by it now");
    }

    /** The revision of the session that was loaded or written last; 0 for none. */
    long base(String id) {
        return bases.getOrDefault(id, 0L);
    }

    /** It was written anew by its renewer, and is the same. */
    void resealed(String id, long before, long after) {
        bases.replace(id, before, after);
    }

    /** Whether nobody knows what was written last. */
    boolean isUnsettled(String id) {
        return unsettled.hasAny(id);
    }

    /** Whether this session is one that was written here, or loaded. */
    boolean isKnown(String id, Kept.Session session) {
        return base(id) == session.revision() || isUnsettled(id, session.sealed());
    }

    /** Whether {@code token} is a refresh token of the login's shared sessions, of this one or an earlier one. */
    boolean isOfLogin(String id, Secret token) {
        return presented.isKnown(id, token);
    }

    @Override
    public boolean isLocked() {
        return local.isLocked();
    }

    @Override
    public void lock(Secret passphrase) {
        local.lock(passphrase);
        gate.lock();
    }

    @Override
    public Tries tries() {
        return local.tries();
    }

    @Override
    public void keep(Tries tries) {
        local.keep(tries);
    }

    @Override
    public boolean unlock(Secret passphrase, Runnable whileOpening) {
        return local.unlock(passphrase, () -> {
            gate.unlock();
            try {
                whileOpening.run();
            } catch (RuntimeException | Error e) {
                gate.lock();
                throw e;
            }
        });
    }

    private record Writing(AccountName account, String id, StoredSession session) {}

    /** What a lock does besides. */
    interface Gate {
        /** Gives up all duties, and drops everything that the lock protects. */
        void lock();

        /** @throws StoreFailure if the fleet key cannot be read; an etcd that is out of reach is waited for elsewhere */
        void unlock();
    }
}
