package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What is below the prefix, as far as it is known here. Read by any thread; changed by the fleet's own thread, and by whoever
 * wrote a session. Of each key the change with the highest revision stays.
 */
final class Mirror {
    private final Keyspace keys;
    private final Reading reading;
    private final Changes changes;
    private final Map<Kind, Map<String, Kept>> kept = new EnumMap<>(Kind.class);

    /** What was deleted here, by key, until the watch tells of it: what it still has to tell of the key is older. */
    private final Map<String, Long> deleted = new ConcurrentHashMap<>();

    Mirror(Keyspace keys, Reading reading, Changes changes) {
        this.keys = keys;
        this.reading = reading;
        this.changes = changes;
        for (Kind kind : Kind.values()) {
            kept.put(kind, new ConcurrentHashMap<>());
        }
    }

    /** Takes in a listing: what it has not, is no more. */
    void replace(Etcd.Page page) {
        Set<String> listed = new HashSet<>();
        for (Etcd.Entry entry : page.entries()) {
            listed.add(entry.key());
            put(entry);
        }
        for (Map.Entry<Kind, Map<String, Kept>> kind : kept.entrySet()) {
            List<String> gone = new ArrayList<>();
            kind.getValue().forEach((rest, one) -> {
                if (!listed.contains(one.key()) && one.revision() <= page.revision()) {
                    gone.add(rest);
                }
            });
            gone.forEach(rest -> remove(kind.getKey(), rest));
        }
        deleted.values().removeIf(at -> at <= page.revision());
    }

    /** Takes in what was deleted at {@code revision} by this member. */
    void delete(String key, long revision) {
        deleted.merge(key, revision, Math::max);
        remove(key, revision);
    }

    /** Takes in a change. */
    void apply(Etcd.Event event) {
        if (!event.isDeleted()) {
            put(event.entry());
            return;
        }
        String key = event.entry().key();
        long revision = event.entry().modRevision();
        deleted.computeIfPresent(key, (known, at) -> at <= revision ? null : at);
        remove(key, revision);
    }

    private void remove(String key, long revision) {
        Keyspace.Place place = keys.place(key);
        Kept known = place == null ? null : of(place.kind()).get(place.rest());
        if (place != null && known != null && known.revision() < revision) {
            remove(place.kind(), place.rest());
        }
    }

    /** Takes in a value, where it is newer than what is known. */
    void put(Etcd.Entry entry) {
        Keyspace.Place place = keys.place(entry.key());
        boolean isGone = deleted.getOrDefault(entry.key(), 0L) >= entry.modRevision();
        if (place == null || place.kind() == Kind.INTENT || isGone) {
            return;
        }
        Kept known = of(place.kind()).get(place.rest());
        if (known != null && known.revision() >= entry.modRevision()) {
            return;
        }
        Kept next = reading.read(place.kind(), entry);
        Kept now = of(place.kind())
                .merge(place.rest(), next, (one, other) -> one.revision() < other.revision() ? other : one);
        if (now.revision() == next.revision()) {
            changes.changed(place.kind(), place.rest(), next);
        }
    }

    private void remove(Kind kind, String rest) {
        Kept gone = of(kind).remove(rest);
        if (gone != null) {
            changes.removed(kind, rest, gone);
        }
    }

    private Map<String, Kept> of(Kind kind) {
        Map<String, Kept> found = kept.get(kind);
        if (found == null) {
            throw new IllegalStateException("every kind has its map");
        }
        return found;
    }

    /** Forgets everything, and tells nobody. */
    void clear() {
        kept.values().forEach(Map::clear);
        deleted.clear();
    }

    @Nullable
    Kept find(Kind kind, String rest) {
        return of(kind).get(rest);
    }

    Collection<Kept> all(Kind kind) {
        return of(kind).values();
    }

    /** Ids of the members that are there. */
    Set<String> members() {
        return of(Kind.MEMBER).keySet();
    }

    /** Who renews the login; null for nobody. */
    @Nullable
    String renewer(String id) {
        return find(Kind.RENEWER, id) instanceof Kept.Holder holder ? holder.member() : null;
    }

    @Nullable
    String wanting(String id) {
        return find(Kind.WANT, id) instanceof Kept.Holder holder ? holder.member() : null;
    }

    /** How many of all records are such. */
    long count(Predicate<Kept> isSuch) {
        return kept.values().stream()
                .flatMap(all -> all.values().stream())
                .filter(isSuch)
                .count();
    }

    /** A value as it is kept. */
    sealed interface Kept {
        String key();

        long revision();

        /** Whether a known key other than the first sealed it. */
        default boolean isOldSeal() {
            return false;
        }

        /** A member's claim, or wish to have one. */
        record Holder(String key, long revision, String member, long lease) implements Kept {}

        record Session(
                String key, long revision, Bytes sealed, Instant writtenAt, boolean isOldSeal, AccountName account)
                implements Kept {}

        record Noted(String key, long revision, Note note, boolean isOldSeal) implements Kept {}

        /** Cannot be read here, for a key that is not known or a form that is not. */
        record Unread(String key, long revision) implements Kept {}
    }

    /** Makes of a value what is kept. */
    @FunctionalInterface
    interface Reading {
        Kept read(Kind kind, Etcd.Entry entry);
    }

    /** Hears of what changed, on the thread that changed it. */
    interface Changes {
        void changed(Kind kind, String rest, Kept now);

        void removed(Kind kind, String rest, Kept gone);
    }
}
