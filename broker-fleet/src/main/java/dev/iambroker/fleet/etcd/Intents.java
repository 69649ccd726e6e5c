package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.fleet.etcd.Etcd.Change;
import dev.iambroker.fleet.etcd.Etcd.Guard;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoreFailure;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The record of refresh tokens that are about to be presented. Thread-safe. */
final class Intents {
    private static final Logger log = LoggerFactory.getLogger(Intents.class);
    private static final int ATTEMPTS = 2;

    private final Etcd etcd;
    private final Keyspace keys;
    private final Records records;
    private final InstantSource clock;
    private final Executor lane;
    private final String self;
    private final AtomicLong reopened = new AtomicLong();

    Intents(Etcd etcd, Keyspace keys, Records records, InstantSource clock, Executor lane, String self) {
        this.etcd = etcd;
        this.keys = keys;
        this.records = records;
        this.clock = clock;
        this.lane = lane;
        this.self = self;
    }

    /**
     * Puts on record that this member presents {@code token} now.
     *
     * @param base revision of the session that it is of
     * @return false where this member renews the login no more, or the session is another
     * @throws EtcdUnavailable if etcd does not answer
     */
    boolean declare(AccountName owner, String id, Secret token, long base) {
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            Etcd.Entry before = etcd.get(keys.intent(id));
            Note.Intent open = before == null ? null : records.intent(before);
            if (commit(id, before, next(open, token), base)) {
                report(owner, open, token);
                return true;
            }
        }
        return false;
    }

    private Note.Intent next(Note.@Nullable Intent open, Secret token) {
        boolean isSame = open != null && open.fingerprint().equals(token.fingerprint());
        int before = open != null && isSame ? open.reopened() : 0;
        return new Note.Intent(
                self, token.fingerprint(), clock.instant(), isReopened(open, token) ? before + 1 : before);
    }

    private boolean isReopened(Note.@Nullable Intent open, Secret token) {
        return open != null
                && open.fingerprint().equals(token.fingerprint())
                && !open.member().equals(self);
    }

    private boolean commit(String id, Etcd.@Nullable Entry before, Note.Intent next, long base) {
        String key = keys.intent(id);
        List<Guard> guards = List.of(
                new Guard.Holds(keys.renewer(id), Bytes.of(self)),
                new Guard.Unchanged(keys.session(id), base),
                new Guard.Unchanged(key, before == null ? 0 : before.modRevision()));
        return etcd.commit(guards, List.of(new Change.Put(key, records.note(key, next), 0)))
                .isDone();
    }

    private void report(AccountName owner, Note.@Nullable Intent open, Secret token) {
        if (isReopened(open, token)) {
            reopened.incrementAndGet();
            log.warn(
                    "the refresh token of account {} is presented once more: the member that was about to renew the login"
                            + " is gone, and whether IAM saw it is not known",
                    owner);
        }
    }

    /** IAM refused the token: nothing is in doubt any more. Later, and where etcd answers. */
    void withdraw(String id, Secret token) {
        String refused = token.fingerprint();
        lane.execute(() -> {
            try {
                withdraw(id, refused);
            } catch (EtcdUnavailable | StoreFailure e) {
                log.debug("an intent stays on record: {}", e.getMessage());
            }
        });
    }

    /** By now another token may be on record. */
    private void withdraw(String id, String refused) {
        Etcd.Entry found = etcd.get(keys.intent(id));
        Note.Intent open = found == null ? null : records.intent(found);
        if (found != null && open != null && open.fingerprint().equals(refused)) {
            etcd.commit(
                    List.of(
                            new Guard.Holds(keys.renewer(id), Bytes.of(self)),
                            new Guard.Unchanged(found.key(), found.modRevision())),
                    List.of(new Change.Delete(found.key())));
        }
    }

    /** How often this member presented what another may have presented before. */
    long reopened() {
        return reopened.get();
    }
}
