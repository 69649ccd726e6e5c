package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.etcd.Batches.Attempt;
import dev.iambroker.fleet.etcd.Etcd.Change;
import dev.iambroker.fleet.etcd.Etcd.Guard;
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Takes, wants and hands over the renewal of logins. Its steps are for the fleet's own thread.
 *
 * <h2>Who takes what</h2>
 *
 * <p>A login that nobody renews is taken by the first in rank at once, by the next ones a second later each: they may have
 * it in their configuration where the first has not. The first in rank that does not renew a login says that it wants it,
 * and whoever renews it puts the other's name in place of its own, under the other's lease, in one transaction: there is no
 * moment at which nobody renews it, nor one at which two do.
 */
final class Claims {
    private static final Duration A_RANK = Duration.ofSeconds(1);
    private static final int MOST_RANKS = 4;

    /**
     * Members that start together claim the same logins, and each claim that comes second takes its own round trip: what the
     * watch tells meanwhile has to be heard before all of ten thousand were tried.
     */
    private static final int MOST_IN_STEP = 500;

    /** After a transaction that was refused, for the watch to say why. */
    private static final Duration UNTIL_NEXT_LOOK = Duration.ofSeconds(1);

    private final Etcd etcd;
    private final Keyspace keys;
    private final Mirror mirror;
    private final Lease lease;
    private final Passages passages;
    private final LongSupplier nanos;
    private final String self;
    private final Bytes selfValue;
    private final Map<String, Long> unclaimedSince = new HashMap<>();

    private volatile Set<AccountName> taken = Set.of();
    private volatile boolean isDirty = true;
    private boolean isToTakeAny = true;
    private long nextLookNanos;

    Claims(Etcd etcd, Keyspace keys, Mirror mirror, Lease lease, Passages passages, LongSupplier nanos, String self) {
        this.etcd = etcd;
        this.keys = keys;
        this.mirror = mirror;
        this.lease = lease;
        this.passages = passages;
        this.nanos = nanos;
        this.self = self;
        this.selfValue = Bytes.of(self);
    }

    /** On any thread. */
    void take(Collection<AccountName> owners) {
        taken = Set.copyOf(owners);
        isDirty = true;
    }

    /** On any thread. */
    Set<AccountName> taken() {
        return taken;
    }

    /** Something changed that a claim may depend on. On any thread. */
    void look() {
        isDirty = true;
    }

    /** Whether this member renews the login, by a lease that is certain. On any thread. */
    boolean isOurs(String id) {
        long certain = lease.id();
        return certain != 0
                && mirror.find(Kind.RENEWER, id) instanceof Kept.Holder holder
                && holder.lease() == certain
                && holder.member().equals(self);
    }

    /** Whether this member is written down as the renewer of any login. On any thread. */
    boolean holdsAny() {
        return mirror.all(Kind.RENEWER).stream().anyMatch(this::isSelf);
    }

    private boolean isSelf(Kept kept) {
        return kept instanceof Kept.Holder holder && holder.member().equals(self);
    }

    /**
     * Does what is to be done by now. Only with a lease and a mirror.
     *
     * @param isToTake whether this member may have logins at all; else it gives back what it has
     * @throws EtcdUnavailable if something may or may not have been done: then the mirror is to be filled anew
     */
    void step(boolean isToTake) {
        long now = nanos.getAsLong();
        isDirty |= isToTake != isToTakeAny;
        isToTakeAny = isToTake;
        if (!isDirty && now - nextLookNanos < 0) {
            return;
        }
        isDirty = false;
        nextLookNanos = now + Duration.ofHours(1).toNanos();
        List<Attempt> attempts = new ArrayList<>();
        try {
            collect(attempts, now);
            Batches.commit(etcd, attempts);
        } catch (EtcdUnavailable e) {
            isDirty = true;
            throw e;
        }
    }

    private void collect(List<Attempt> attempts, long now) {
        long ours = lease.id();
        if (ours == 0) {
            isDirty = true;
            return;
        }
        Set<String> ids = new HashSet<>();
        Set<String> members = new HashSet<>(mirror.members());
        members.add(self);
        Ranks ranks = new Ranks(self, members);
        for (AccountName owner : isToTakeAny ? taken : Set.<AccountName>of()) {
            String id = keys.id(owner);
            ids.add(id);
            if (attempts.size() < MOST_IN_STEP) {
                consider(attempts, id, ranks, ours, now);
            }
        }
        unclaimedSince.keySet().retainAll(ids);
        for (Kept kept : mirror.all(Kind.RENEWER)) {
            String id = kept.key().substring(keys.renewer("").length());
            if (attempts.size() < MOST_IN_STEP && isSelf(kept) && !ids.contains(id)) {
                giveBack(attempts, id);
            }
        }
        if (attempts.size() == MOST_IN_STEP) {
            isDirty = true;
        }
    }

    private void consider(List<Attempt> attempts, String id, Ranks ranks, long ours, long now) {
        String renewer = mirror.renewer(id);
        if (renewer == null) {
            claimWhenDue(attempts, id, ranks.rank(id), ours, now);
            return;
        }
        unclaimedSince.remove(id);
        if (renewer.equals(self)) {
            if (mirror.find(Kind.WANT, id) instanceof Kept.Holder want && isToBeHeeded(want, id)) {
                handOver(attempts, id, want);
            }
        } else if (Ranks.outranks(self, renewer, id) && ranks.rank(id) == 0 && !wantsAlready(id, ours)) {
            want(attempts, id, ours);
        }
    }

    private boolean isToBeHeeded(Kept.Holder want, String id) {
        return !want.member().equals(self)
                && mirror.members().contains(want.member())
                && Ranks.outranks(want.member(), self, id);
    }

    private boolean wantsAlready(String id, long ours) {
        return mirror.find(Kind.WANT, id) instanceof Kept.Holder want
                && want.member().equals(self)
                && want.lease() == ours;
    }

    private void claimWhenDue(List<Attempt> attempts, String id, int rank, long ours, long now) {
        Long since = unclaimedSince.computeIfAbsent(id, key -> now);
        long due = since + A_RANK.multipliedBy(Math.min(rank, MOST_RANKS)).toNanos();
        if (now - due < 0) {
            lookAgainAt(due);
            return;
        }
        String key = keys.renewer(id);
        attempts.add(new Attempt(
                List.of(new Guard.Unchanged(key, 0)),
                List.of(new Change.Put(key, selfValue, ours), new Change.Delete(keys.want(id))),
                revision -> mirror.put(new Etcd.Entry(key, selfValue, revision, revision, ours)),
                this::lookAgainSoon));
    }

    private void want(List<Attempt> attempts, String id, long ours) {
        String key = keys.want(id);
        attempts.add(new Attempt(
                List.of(),
                List.of(new Change.Put(key, selfValue, ours)),
                revision -> mirror.put(new Etcd.Entry(key, selfValue, revision, revision, ours)),
                this::lookAgainSoon));
    }

    private void handOver(List<Attempt> attempts, String id, Kept.Holder want) {
        if (!passages.leave(id)) {
            lookAgainSoon();
            return;
        }
        String key = keys.renewer(id);
        Bytes next = Bytes.of(want.member());
        attempts.add(new Attempt(
                List.of(new Guard.Holds(key, selfValue), new Guard.Unchanged(want.key(), want.revision())),
                List.of(new Change.Put(key, next, want.lease()), new Change.Delete(want.key())),
                revision -> {
                    mirror.put(new Etcd.Entry(key, next, revision, revision, want.lease()));
                    passages.stay(id);
                },
                () -> {
                    passages.stay(id);
                    lookAgainSoon();
                }));
    }

    private void giveBack(List<Attempt> attempts, String id) {
        if (!passages.leave(id)) {
            lookAgainSoon();
            return;
        }
        String key = keys.renewer(id);
        attempts.add(new Attempt(
                List.of(new Guard.Holds(key, selfValue)),
                List.of(new Change.Delete(key)),
                revision -> {
                    mirror.delete(key, revision);
                    passages.stay(id);
                },
                () -> passages.stay(id)));
    }

    private void lookAgainSoon() {
        lookAgainAt(nanos.getAsLong() + UNTIL_NEXT_LOOK.toNanos());
    }

    private void lookAgainAt(long dueNanos) {
        if (dueNanos - nextLookNanos < 0) {
            nextLookNanos = dueNanos;
        }
    }
}
