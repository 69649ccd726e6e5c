package dev.iambroker.fleet.etcd;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Duty;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.Fleet;
import dev.iambroker.fleet.FleetProvider.Place;
import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.fleet.Wish;
import dev.iambroker.fleet.etcd.Etcd.Change;
import dev.iambroker.iam.IamClient;
import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One member of a fleet.
 *
 * <h2>Threads</h2>
 *
 * <p>The lease is kept alive on a thread of its own, so that nothing delays it. Everything else that is the fleet's happens
 * on the lane: what is mirrored, claimed, sent and told. It calls etcd, and so may stand still for some seconds; whose duty a
 * login is, is never asked of it. Sessions are written, and requests to IAM fenced, on the threads of whoever asks.
 */
final class EtcdFleet implements Fleet, Renewers, SharedSessions.Gate {
    private static final Logger log = LoggerFactory.getLogger(EtcdFleet.class);
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);

    private final String self;
    private final Place place;
    private final Instant since;
    private final Etcd etcd;
    private final Lane lane;
    private final Keyspace keys;
    private final Records records;
    private final Lease lease;
    private final News news;
    private final Following following;
    private final Passages passages;
    private final Claims claims;
    private final Intents intents;
    private final SharedSessions sessions;
    private final Dispatches dispatches;
    private final Admission admission;
    private final AtomicBoolean isTickAsked = new AtomicBoolean();
    private final AtomicLong lostLeases = new AtomicLong();

    private volatile boolean isLocked;
    private volatile boolean isClosing;
    private volatile boolean isChanged = true;
    private @Nullable Standing standing;
    private long presentBy;
    private long notBeforeNanos;
    private @Nullable String refusal;

    EtcdFleet(
            String self,
            String prefix,
            Etcd etcd,
            Place place,
            Lane lane,
            SessionStore local,
            SessionFormat format,
            Supplier<Seal> fleetKey) {
        this.self = self;
        this.place = place;
        this.since = place.clock().instant();
        this.etcd = etcd;
        this.lane = lane;
        this.keys = new Keyspace(prefix);
        this.records = new Records(keys, format, fleetKey);
        this.lease = new Lease(etcd, place.nanos(), this::lost);
        this.news = new News(keys, records, lane, this::look, this::soon);
        Mirror mirror = news.mirror();
        this.passages = new Passages(place.nanos(), this::look);
        this.following = new Following(etcd, keys, mirror, lane, place.nanos(), passages::stayAll);
        this.claims = new Claims(etcd, keys, mirror, lease, passages, place.nanos(), self);
        this.intents = new Intents(etcd, keys, records, place.clock(), lane, self);
        this.sessions = new SharedSessions(etcd, keys, mirror, records, passages, place.clock(), local, this, self);
        this.dispatches = new Dispatches(etcd, keys, mirror, records, lease, claims, news, lane, self);
        this.admission = new Admission(etcd, keys, records);
        news.know(sessions);
        this.isLocked = local.isLocked();
        this.notBeforeNanos = place.nanos().getAsLong();
    }

    /**
     * Joins, as far as etcd answers. On the thread that is the lane's.
     *
     * @throws FleetRefused if this member cannot join as it is configured
     */
    void join() {
        if (isLocked) {
            lease.giveUp();
            return;
        }
        records.unlock();
        lease.begin();
        try {
            step();
        } catch (EtcdUnavailable e) {
            later(e);
        }
    }

    /**
     * What is to be done on the lease's thread. Never throws.
     *
     * @return when to call again
     */
    Duration keepLease() {
        return lease.round();
    }

    /** What is to be done on the lane, several times a second. Never throws. */
    void tick() {
        try {
            step();
            refusal = null;
        } catch (EtcdUnavailable e) {
            later(e);
        } catch (FleetRefused e) {
            refused(e);
        } catch (StoreFailure e) {
            log.debug("locked meanwhile: {}", e.getMessage());
        }
        compareDuties();
    }

    private void step() {
        boolean isReady = !isLocked && !isClosing && lease.id() != 0 && lease.isAnswering();
        if (!isReady || place.nanos().getAsLong() - notBeforeNanos < 0) {
            return;
        }
        beThere();
        following.step();
        if (news.hasBegun()) {
            claims.step();
            dispatches.step();
        }
    }

    /** Each lease needs to be written down anew, since what was written with the one before is gone. */
    private void beThere() {
        long by = lease.id();
        if (by == 0 || by == presentBy) {
            return;
        }
        admission.check();
        String key = keys.member(self);
        Bytes value = records.note(key, new Note.Presence(place.host(), place.version(), since));
        if (etcd.commit(List.of(), List.of(new Change.Put(key, value, by))).isDone()) {
            presentBy = by;
        }
    }

    private void later(EtcdUnavailable failure) {
        log.debug("to be tried again: {}", failure.getMessage());
        notBeforeNanos = place.nanos().getAsLong() + AFTER_FAILURE.toNanos();
        // What was sent may have been done: a listing tells.
        following.stop();
        look();
    }

    private void refused(FleetRefused failure) {
        later(new EtcdUnavailable(failure.getMessage()));
        if (!failure.getMessage().equals(refusal)) {
            refusal = failure.getMessage();
            log.error("{}", failure.getMessage());
        }
    }

    private void compareDuties() {
        var now = new Standing(lease.id(), lease.adrift() != null);
        if (isChanged || !now.equals(standing)) {
            isChanged = false;
            standing = now;
            news.compare(claims.taken(), this::duty);
        }
    }

    private void look() {
        isChanged = true;
        claims.look();
    }

    /** Does what is to be done without waiting for the next tick: once, however often it is asked for. */
    private void soon() {
        if (isTickAsked.compareAndSet(false, true)) {
            lane.execute(() -> {
                isTickAsked.set(false);
                tick();
            });
        }
    }

    private void lost() {
        if (claims.holdsAny()) {
            lostLeases.incrementAndGet();
            log.warn("this broker's lease in the fleet ended: others renew its logins, until it has taken some again");
        }
        look();
    }

    @Override
    public SessionStore sessions() {
        return sessions;
    }

    @Override
    public Renewers renewers() {
        return this;
    }

    @Override
    public IamClient fenced(IamClient iam) {
        return new FencedIam(iam, keys, claims, lease, passages, sessions, intents, place.nanos());
    }

    @Override
    public Duty duty(AccountName owner) {
        if (claims.isOurs(keys.id(owner))) {
            return Duty.OURS;
        }
        return lease.adrift() == null ? Duty.ANOTHERS : Duty.ADRIFT;
    }

    @Override
    public Duration adrift() {
        Duration silent = lease.adrift();
        return silent == null ? Duration.ZERO : silent;
    }

    @Override
    public void take(Map<AccountName, AccountName> owners) {
        dispatches.know(owners);
        claims.take(owners.values());
        isChanged = true;
    }

    @Override
    public void wish(Wish wish) {
        dispatches.wish(wish);
        soon();
    }

    @Override
    public void tell(AccountName account, TokenKind kind, @Nullable Ending ending) {
        dispatches.tell(account, kind, ending);
    }

    @Override
    public void begin(Listener listener) {
        lane.execute(() -> {
            news.begin(listener);
            look();
            tick();
        });
    }

    @Override
    public FleetReport report() {
        return new Reporting(self, keys, news.mirror())
                .report(
                        claims.taken(),
                        lease.isAnswering() && following.isListed(),
                        following.lag(),
                        lostLeases.get(),
                        intents.reopened());
    }

    @Override
    public void lock() {
        isLocked = true;
        records.lock();
        lease.giveUp();
        news.mirror().clear();
        lane.execute(() -> {
            following.forget();
            presentBy = 0;
        });
    }

    @Override
    public void unlock() {
        try {
            records.unlock();
            lease.resume();
            lease.begin();
        } catch (FleetRefused e) {
            lease.giveUp();
            records.lock();
            throw new StoreFailure(e.getMessage(), e);
        }
        isLocked = false;
        lane.run(this::tick);
    }

    @Override
    public void close() {
        isClosing = true;
        passages.awaitQuiet();
        lease.giveUp();
        lane.execute(following::stop);
        lane.close();
        etcd.close();
    }

    /** What all duties depend on. */
    private record Standing(long lease, boolean isAdrift) {}
}
