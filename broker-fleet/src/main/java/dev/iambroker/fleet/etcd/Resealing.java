package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.etcd.Batches.Attempt;
import dev.iambroker.fleet.etcd.Etcd.Change;
import dev.iambroker.fleet.etcd.Etcd.Guard;
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;

/**
 * Seals anew, by the first fleet key, what another key sealed, so that the other can be taken out: what nobody renews, as a
 * login that was logged out or is in no configuration any more, would be sealed by it for ever. On the fleet's own thread.
 *
 * <p>What belongs to a login is its renewer's to seal, and of a login without one that of the first in rank: members whose
 * first keys differ, as in the middle of a change of keys, do not undo each other's work.
 */
final class Resealing {
    private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(5);

    /** Every member is sent each of them, and opens it. */
    private static final int MOST_IN_LOOK = 100;

    private final Etcd etcd;
    private final Keyspace keys;
    private final Mirror mirror;
    private final Records records;
    private final Claims claims;
    private final Passages passages;
    private final SharedSessions sessions;
    private final LongSupplier nanos;
    private final String self;
    private long nextLookNanos;

    Resealing(
            Etcd etcd,
            Keyspace keys,
            Mirror mirror,
            Records records,
            Claims claims,
            Passages passages,
            SharedSessions sessions,
            LongSupplier nanos,
            String self) {
        this.etcd = etcd;
        this.keys = keys;
        this.mirror = mirror;
        this.records = records;
        this.claims = claims;
        this.passages = passages;
        this.sessions = sessions;
        this.nanos = nanos;
        this.self = self;
        this.nextLookNanos = nanos.getAsLong() + BETWEEN_LOOKS.toNanos();
    }

    /**
     * Seals some of what is to be sealed, where it is time to look for it.
     *
     * @throws EtcdUnavailable if something may or may not have been done: then the mirror is to be filled anew
     */
    void step() {
        long now = nanos.getAsLong();
        if (now - nextLookNanos < 0) {
            return;
        }
        nextLookNanos = now + BETWEEN_LOOKS.toNanos();
        List<Attempt> attempts = new ArrayList<>();
        List<String> held = new ArrayList<>();
        try {
            collect(attempts, held);
            Batches.commit(etcd, attempts);
        } finally {
            held.forEach(passages::stay);
        }
    }

    private void collect(List<Attempt> attempts, List<String> held) {
        Set<String> members = new HashSet<>(mirror.members());
        members.add(self);
        Ranks ranks = new Ranks(self, members);
        for (Kind kind : List.of(Kind.SESSION, Kind.ENDING)) {
            for (Kept kept : mirror.all(kind)) {
                if (attempts.size() < MOST_IN_LOOK && kept.isOldSeal()) {
                    consider(attempts, held, kept, ranks);
                }
            }
        }
    }

    private void consider(List<Attempt> attempts, List<String> held, Kept kept, Ranks ranks) {
        String id = keys.account(kept.key());
        boolean isNobodys = mirror.renewer(id) == null && ranks.rank(id) == 0;
        if (!claims.isOurs(id) && !isNobodys) {
            return;
        }
        Guard whose = isNobodys
                ? new Guard.Unchanged(keys.renewer(id), 0)
                : new Guard.Holds(keys.renewer(id), Bytes.of(self));
        switch (kept) {
            case Kept.Session session -> {
                // A renewal that began with the session as it is could not write the next one.
                if (!sessions.isUnsettled(id) && passages.leave(id)) {
                    held.add(id);
                    attempts.add(attempt(session, whose, id));
                }
            }
            case Kept.Noted noted -> attempts.add(attempt(noted, whose));
            case Kept.Unread unread -> {}
            case Kept.Holder holder -> {}
        }
    }

    private Attempt attempt(Kept.Session session, Guard whose, String id) {
        Bytes value = records.resealed(session);
        return attempt(session, whose, value, revision -> sessions.resealed(id, session.revision(), revision));
    }

    private Attempt attempt(Kept.Noted noted, Guard whose) {
        return attempt(noted, whose, records.note(noted.key(), noted.note()), revision -> {});
    }

    private Attempt attempt(Kept kept, Guard whose, Bytes value, LongConsumer done) {
        return new Attempt(
                List.of(whose, new Guard.Unchanged(kept.key(), kept.revision())),
                List.of(new Change.Put(kept.key(), value, 0)),
                revision -> {
                    done.accept(revision);
                    mirror.put(new Etcd.Entry(kept.key(), value, revision, revision, 0));
                },
                () -> {});
    }
}
