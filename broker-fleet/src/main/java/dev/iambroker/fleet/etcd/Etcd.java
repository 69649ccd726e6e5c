package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetRefused;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Port to etcd, as much of it as a fleet needs. Thread-safe. Each method blocks for some seconds at most, and throws {@link
 * EtcdUnavailable} where no answer came or the answer was of no use, {@link FleetRefused} where etcd refuses this member.
 */
interface Etcd extends AutoCloseable {
    /** How many guards, changes or transactions one request may hold: etcd's own limit is 128 unless it is configured. */
    int MOST_IN_ONE = 100;

    /** Everything whose key begins with {@code prefix}, as it was at one revision. */
    Page list(String prefix);

    /** What {@code key} holds now, null for nothing. Not older than any write that was answered before. */
    @Nullable
    Entry get(String key);

    /** Does all of {@code changes} if all of {@code guards} hold, else nothing. After a failure either may be so. */
    Outcome commit(List<Guard> guards, List<Change> changes);

    /**
     * Tries each of {@code transactions} by itself, in one request: {@link #MOST_IN_ONE} at most, of which no two change the
     * same key. After a failure each may be done or not.
     *
     * @return how each went, in their order
     */
    List<Outcome> commitEach(List<Transaction> transactions);

    /** A new lease. */
    Granted grant(Duration life);

    /** Begins the lease's life anew; {@link Duration#ZERO} where it is no more. */
    Duration keepAlive(long lease);

    /** Ends a lease, and all that was written with it. */
    void revoke(long lease);

    /** Tells every change below {@code prefix} from {@code revision} on, in order, until it is closed or fails. */
    Watching watch(String prefix, long revision, Observer observer);

    /** Connects anew, at once: for when nothing has answered for a while. Ends whatever watches. */
    void reconnect();

    @Override
    void close();

    /**
     * @param value the owner does not change it
     * @param lease 0 for none
     */
    record Entry(String key, Bytes value, long createRevision, long modRevision, long lease) {}

    record Page(List<Entry> entries, long revision) {}

    record Granted(long lease, Duration life) {}

    /**
     * How a transaction went.
     *
     * @param revision of the store after it; every change of the transaction has it
     */
    record Outcome(boolean isDone, long revision) {}

    /** All of {@code changes} if all of {@code guards} hold. */
    record Transaction(List<Guard> guards, List<Change> changes) {}

    /** What must hold for a transaction. */
    sealed interface Guard {
        /** The key was last changed at {@code revision}; 0: it is not there. */
        record Unchanged(String key, long revision) implements Guard {}

        record Holds(String key, Bytes value) implements Guard {}
    }

    /** One write. */
    sealed interface Change {
        /**
         * Writes a value.
         *
         * @param lease 0 for none
         */
        record Put(String key, Bytes value, long lease) implements Change {}

        record Delete(String key) implements Change {}
    }

    /**
     * A change that was made.
     *
     * @param isDeleted then only key and revision of the entry are of use
     */
    record Event(Entry entry, boolean isDeleted) {}

    /** Called on a thread of the adapter, one call at a time; returns soon. */
    interface Observer {
        void changed(List<Event> events);

        /** Everything that had happened when progress was asked for has been told. */
        void caughtUp();

        /** Once, then never again: it has to be watched anew, after another listing. */
        void ended(String reason);
    }

    /** A watch under way. */
    interface Watching extends AutoCloseable {
        /** Has {@link Observer#caughtUp} called soon. Never blocks. */
        void askProgress();

        @Override
        void close();
    }
}
