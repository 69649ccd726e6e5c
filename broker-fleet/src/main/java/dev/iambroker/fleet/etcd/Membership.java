package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.etcd.Etcd.Change;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * This member's own key, by which the others know of it. It is written with each lease, and now and then although it is
 * there: an etcd without room, or one that took a permission away, keeps leases alive and takes no write. Of the fleet's own
 * thread, but for {@link #refused} and {@link #doubt}.
 */
final class Membership {
    private static final Duration BETWEEN_PROOFS = Duration.ofSeconds(60);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(3);

    /** A write may fail now and then, as while another leader is elected. */
    private static final Duration UNTIL_REFUSED = Lease.LIFE;

    private static final Logger log = LoggerFactory.getLogger(Membership.class);

    private final Etcd etcd;
    private final String key;
    private final Supplier<Bytes> value;
    private final Admission admission;
    private final Lease lease;
    private final LongSupplier nanos;
    private final BooleanSupplier isBlind;

    private long writtenBy;
    private volatile boolean isAdmitted = true;
    private volatile @Nullable String lastFailure;
    private volatile long dueNanos;
    private volatile long provedNanos;
    private volatile @Nullable Long failingSince;

    /**
     * @param value to be written
     * @param isBlind whether there is something that cannot be read here
     */
    Membership(
            Etcd etcd,
            String key,
            Supplier<Bytes> value,
            Admission admission,
            Lease lease,
            LongSupplier nanos,
            BooleanSupplier isBlind) {
        this.etcd = etcd;
        this.key = key;
        this.value = value;
        this.admission = admission;
        this.lease = lease;
        this.nanos = nanos;
        this.isBlind = isBlind;
        this.dueNanos = nanos.getAsLong();
        this.provedNanos = dueNanos;
    }

    /**
     * Writes the key, where it is to be.
     *
     * @throws FleetRefused if this member is none, and is refused
     * @throws EtcdUnavailable if it is none yet, and etcd does not answer
     */
    void step() {
        long by = lease.id();
        if (by == 0) {
            return;
        }
        if (by != writtenBy) {
            join(by);
        } else if (nanos.getAsLong() - dueNanos >= 0) {
            prove(by);
        }
    }

    private void join(long by) {
        try {
            admission.check();
            isAdmitted = true;
            write(by);
        } catch (EtcdUnavailable | FleetRefused e) {
            failed(e.getMessage());
            throw e;
        }
    }

    private void prove(long by) {
        try {
            // One broken record alone is no other key: members that can read each other are a fleet.
            if (admission.holds() || !isBlind.getAsBoolean()) {
                isAdmitted = true;
                write(by);
            } else {
                leave();
            }
        } catch (EtcdUnavailable | FleetRefused e) {
            if (failed(e.getMessage())) {
                log.warn(
                        "{}; nothing can be written for the fleet: this broker renews for itself what it may",
                        e.getMessage());
            }
        }
    }

    /** What the others write cannot be read any more: they have to renew what was this member's. */
    private void leave() {
        String refusal = admission.refusal() + ", and restart";
        if (isAdmitted) {
            isAdmitted = false;
            log.error("{}: until then this broker renews nothing for the fleet", refusal);
        }
        var unused = failed(refusal);
        etcd.commit(List.of(), List.of(new Change.Delete(key)));
    }

    private void write(long by) {
        if (!etcd.commit(List.of(), List.of(new Change.Put(key, value.get(), by)))
                .isDone()) {
            return;
        }
        writtenBy = by;
        provedNanos = nanos.getAsLong();
        dueNanos = provedNanos + BETWEEN_PROOFS.toNanos();
        if (failingSince != null) {
            failingSince = null;
            log.info("this broker has its part in the fleet again");
        }
    }

    /** @return whether it is the first time in a row */
    private boolean failed(@Nullable String message) {
        lastFailure = message;
        long now = nanos.getAsLong();
        dueNanos = now + AFTER_FAILURE.toNanos();
        boolean isFirst = failingSince == null;
        if (isFirst) {
            failingSince = now;
        }
        return isFirst;
    }

    /** Why this member has no part in the fleet although etcd answers; null where it has. On any thread. */
    @Nullable
    String refusal() {
        return !isAdmitted || refused() != null ? lastFailure : null;
    }

    /** Whether this member may have logins to renew: its key is the fleet's, as far as is known. */
    boolean isAdmitted() {
        return isAdmitted;
    }

    /** Another write failed, or something cannot be read: it is looked at soon whether this member is one. On any thread. */
    void doubt() {
        if (failingSince == null) {
            // What cannot be read may come often, as from a member of another version.
            dueNanos = provedNanos + AFTER_FAILURE.toNanos();
        }
    }

    /** The key is to be written anew. */
    void forget() {
        writtenBy = 0;
        failingSince = null;
    }

    /** How long etcd has taken no write, where that is for longer than it may take by chance; else null. On any thread. */
    @Nullable
    Duration refused() {
        Long since = failingSince;
        Duration refused = since == null ? Duration.ZERO : Duration.ofNanos(nanos.getAsLong() - since);
        return refused.compareTo(UNTIL_REFUSED) > 0 ? refused : null;
    }
}
