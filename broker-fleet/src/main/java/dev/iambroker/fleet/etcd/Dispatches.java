package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.Wish;
import dev.iambroker.fleet.etcd.Batches.Attempt;
import dev.iambroker.fleet.etcd.Etcd.Change;
import dev.iambroker.fleet.etcd.Etcd.Guard;
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * What members tell each other: wishes, to whoever renews a login, and how a renewal ended for good, to all. Everything waits
 * here for an etcd that answers; of two words on the same token the later one is sent. On the fleet's own thread, but for
 * {@link #wish} and {@link #tell}.
 */
final class Dispatches {
    private final Etcd etcd;
    private final Keyspace keys;
    private final Mirror mirror;
    private final Records records;
    private final Lease lease;
    private final Claims claims;
    private final News news;
    private final Executor lane;
    private final String self;

    private final Map<String, Wish> wishes = new LinkedHashMap<>();
    private final Map<String, Telling> tellings = new LinkedHashMap<>();
    private final Map<String, Long> heard = new HashMap<>();
    private volatile Map<AccountName, AccountName> owners = Map.of();

    Dispatches(
            Etcd etcd,
            Keyspace keys,
            Mirror mirror,
            Records records,
            Lease lease,
            Claims claims,
            News news,
            Executor lane,
            String self) {
        this.etcd = etcd;
        this.keys = keys;
        this.mirror = mirror;
        this.records = records;
        this.lease = lease;
        this.claims = claims;
        this.news = news;
        this.lane = lane;
        this.self = self;
    }

    /** On any thread. */
    void know(Map<AccountName, AccountName> ownersOfLogins) {
        owners = Map.copyOf(ownersOfLogins);
    }

    /** On any thread. */
    void wish(Wish wish) {
        String key = keys.wish(keys.id(wish.account()), wish.kind(), self);
        lane.execute(() -> wishes.merge(key, wish, (one, other) -> one.isForced() ? one : other));
    }

    /** On any thread. */
    void tell(AccountName account, TokenKind kind, @Nullable Ending ending) {
        String key = keys.ending(keys.id(account), kind);
        lane.execute(() -> tellings.put(key, new Telling(account, kind, ending)));
    }

    private String restOf(String key) {
        Keyspace.Place place = keys.place(key);
        return place == null ? "" : place.rest();
    }

    /**
     * Sends what waits, and hears what is there for this member.
     *
     * @throws EtcdUnavailable if etcd does not answer; what was not sent goes on waiting
     */
    void step() {
        sendWishes();
        sendTellings();
        hear();
    }

    private void sendWishes() {
        long ours = lease.id();
        if (ours == 0 || wishes.isEmpty()) {
            return;
        }
        List<Attempt> attempts = new ArrayList<>();
        for (Map.Entry<String, Wish> waiting : wishes.entrySet()) {
            String key = waiting.getKey();
            Bytes value = records.note(key, new Note.Wished(waiting.getValue()));
            attempts.add(new Attempt(
                    List.of(),
                    List.of(new Change.Put(key, value, ours)),
                    revision -> mirror.put(new Etcd.Entry(key, value, revision, revision, ours)),
                    () -> {}));
        }
        Batches.commit(etcd, attempts);
        wishes.clear();
    }

    private void sendTellings() {
        List<Attempt> attempts = new ArrayList<>();
        Map<String, Telling> later = new LinkedHashMap<>();
        tellings.forEach((key, telling) -> {
            String owner = ownerOf(telling.account());
            if (claims.isOurs(owner)) {
                if (isNews(key, telling)) {
                    attempts.add(attempt(key, telling));
                }
            } else if (isUndecided(owner) && owners.containsKey(telling.account())) {
                later.put(key, telling);
            }
        });
        Batches.commit(etcd, attempts);
        tellings.clear();
        tellings.putAll(later);
    }

    private boolean isNews(String key, Telling telling) {
        Kept known = mirror.find(Kind.ENDING, restOf(key));
        if (telling.ending() == null) {
            return known != null;
        }
        boolean isTold = known instanceof Kept.Noted noted
                && noted.note() instanceof Note.Finding finding
                && isSame(finding.ending(), telling.ending());
        return !isTold;
    }

    /** Whether this member may be about to renew the login again, by another lease; another would say how it ended. */
    private boolean isUndecided(String id) {
        String renewer = mirror.renewer(id);
        return renewer == null || renewer.equals(self);
    }

    private static boolean isSame(Ending one, @Nullable Ending other) {
        return other != null && one.reason() == other.reason() && one.message().equals(other.message());
    }

    private Attempt attempt(String key, Telling telling) {
        Guard ours = new Guard.Holds(keys.renewer(ownerOf(telling.account())), Bytes.of(self));
        Ending ending = telling.ending();
        if (ending == null) {
            return new Attempt(
                    List.of(ours), List.of(new Change.Delete(key)), revision -> mirror.delete(key, revision), () -> {});
        }
        Bytes value = records.note(key, new Note.Finding(telling.account(), telling.kind(), ending));
        // The next word may come before the watch tells of this one.
        return new Attempt(
                List.of(ours),
                List.of(new Change.Put(key, value, 0)),
                revision -> mirror.put(new Etcd.Entry(key, value, revision, revision, 0)),
                () -> {});
    }

    private String ownerOf(AccountName account) {
        return keys.id(owners.getOrDefault(account, account));
    }

    private void hear() {
        List<Attempt> attempts = new ArrayList<>();
        for (Kept kept : mirror.all(Kind.WISH)) {
            if (kept instanceof Kept.Noted noted
                    && noted.note() instanceof Note.Wished wished
                    && claims.isOurs(ownerOf(wished.wish().account()))) {
                hear(attempts, noted, wished);
            }
        }
        Batches.commit(etcd, attempts);
    }

    private void hear(List<Attempt> attempts, Kept.Noted noted, Note.Wished wished) {
        Long before = heard.put(noted.key(), noted.revision());
        if (before == null || before != noted.revision()) {
            news.wished(wished);
        }
        attempts.add(new Attempt(
                List.of(new Guard.Unchanged(noted.key(), noted.revision())),
                List.of(new Change.Delete(noted.key())),
                revision -> {
                    heard.remove(noted.key());
                    mirror.delete(noted.key(), revision);
                },
                () -> {}));
    }

    private record Telling(
            AccountName account, TokenKind kind, @Nullable Ending ending) {}
}
