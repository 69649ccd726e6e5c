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
import dev.iambroker.fleet.etcd.Keyspace.Kind;
import dev.iambroker.fleet.etcd.Mirror.Kept;
import dev.iambroker.iam.IamClient;
import dev.iambroker.store.SessionFormat;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import java.time.Duration;
import java.time.Instant;
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

    /** Each attempt after a failure lists everything: what does not end soon is not to be asked for all the time. */
    private static final Duration LONGEST_AFTER_FAILURE = Duration.ofSeconds(8);

    private final String self;
    private final Place place;
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
    private final Resealing resealing;
    private final Membership membership;
    private final AtomicBoolean isTickAsked = new AtomicBoolean();
    private final AtomicLong lostLeases = new AtomicLong();

    private volatile boolean isLocked;
    private volatile boolean isClosing;
    private volatile boolean isChanged = true;
    private @Nullable Standing standing;
    private long notBeforeNanos;
    private Duration afterFailure = AFTER_FAILURE;
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
        this.etcd = etcd;
        this.lane = lane;
        this.keys = new Keyspace(prefix);
        this.records = new Records(keys, format, fleetKey);
        this.lease = new Lease(etcd, place.nanos(), this::lost);
        this.news = new News(keys, records, lane, this::look, this::soon, this::doubt);
        Mirror mirror = news.mirror();
        this.passages = new Passages(place.nanos(), this::look);
        this.following = new Following(etcd, keys, mirror, lane, place.nanos(), passages::stayAll);
        this.claims = new Claims(etcd, keys, mirror, lease, passages, place.nanos(), self);
        this.intents = new Intents(etcd, keys, records, place.clock(), lane, self);
        this.sessions = new SharedSessions(etcd, keys, mirror, records, passages, place.clock(), local, this, self);
        this.dispatches = new Dispatches(etcd, keys, mirror, records, lease, claims, news, lane, self);
        this.resealing = new Resealing(etcd, keys, mirror, records, claims, passages, sessions, place.nanos(), self);
        this.membership = membership(place.clock().instant());
        news.know(sessions);
        this.isLocked = local.isLocked();
        this.notBeforeNanos = place.nanos().getAsLong();
    }

    private Membership membership(Instant since) {
        String key = keys.member(self);
        return new Membership(
                etcd,
                key,
                () -> records.note(key, new Note.Presence(place.host(), place.version(), since)),
                new Admission(etcd, keys, records),
                lease,
                place.nanos(),
                () -> news.mirror().count(Kept.Unread.class::isInstance) > 0);
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
            if (isDue()) {
                step();
                refusal = null;
                afterFailure = AFTER_FAILURE;
            }
        } catch (EtcdUnavailable e) {
            later(e);
        } catch (FleetRefused e) {
            refused(e);
        } catch (StoreFailure e) {
            log.debug("locked meanwhile: {}", e.getMessage());
        }
        compareDuties();
    }

    private boolean isDue() {
        return place.nanos().getAsLong() - notBeforeNanos >= 0;
    }

    private void step() {
        if (isLocked || isClosing || lease.id() == 0 || !lease.isAnswering()) {
            return;
        }
        membership.step();
        following.step();
        if (news.hasBegun()) {
            claims.step(membership.isAdmitted());
            dispatches.step();
            resealing.step();
        }
    }

    private void later(EtcdUnavailable failure) {
        log.debug("to be tried again: {}", failure.getMessage());
        notBeforeNanos = place.nanos().getAsLong() + afterFailure.toNanos();
        Duration next = afterFailure.multipliedBy(2);
        afterFailure = next.compareTo(LONGEST_AFTER_FAILURE) < 0 ? next : LONGEST_AFTER_FAILURE;
        membership.doubt();
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
        var now = new Standing(lease.id(), silence() != null);
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

    private void doubt() {
        membership.doubt();
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
        return silence() == null ? Duty.ANOTHERS : Duty.ADRIFT;
    }

    @Override
    public Duration adrift() {
        Duration silent = silence();
        return silent == null ? Duration.ZERO : silent;
    }

    @Override
    public boolean hold(AccountName owner) {
        return passages.hold(keys.id(owner));
    }

    @Override
    public void release(AccountName owner) {
        passages.release(keys.id(owner));
    }

    @Override
    public boolean isBehind(AccountName account) {
        String id = keys.id(account);
        return news.mirror().find(Kind.SESSION, id) instanceof Kept.Session session && !sessions.isKnown(id, session);
    }

    /** How long nothing can be agreed upon; null where it can. */
    private @Nullable Duration silence() {
        Duration silent = lease.adrift();
        return silent == null ? membership.refused() : silent;
    }

    @Override
    public void take(Map<AccountName, AccountName> owners) {
        dispatches.know(owners);
        claims.take(owners.values());
        isChanged = true;
        lane.execute(news::tellAll);
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
                        lease.isAnswering() && following.isListed() && membership.refused() == null,
                        lease.isAnswering() ? membership.refusal() : null,
                        following.lag(),
                        lostLeases.get(),
                        intents.reopened());
    }

    @Override
    public void lock() {
        isLocked = true;
        records.lock();
        news.mirror().clear();
        lane.execute(() -> {
            // What was under way on the lane may have filled it again.
            following.forget();
            membership.forget();
        });
        lease.giveUp();
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
        if (passages.awaitQuiet()) {
            lease.giveUp();
        } else {
            log.warn("a renewal is still under way: others take over when this broker's lease ends by itself");
        }
        lane.close();
        etcd.close();
    }

    /** What all duties depend on. */
    private record Standing(long lease, boolean isAdrift) {}
}
