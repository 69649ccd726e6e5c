package dev.iambroker.fleet.etcd;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A client of an etcd in memory. It can be cut off, before what it sends arrives or before the answer does. */
final class MemoryEtcd implements Etcd {
    private final Server server;
    private final List<Watcher> watchers = new ArrayList<>();
    private boolean isCutOff;
    private int answersToLose;
    private boolean isNextDelayed;
    private Runnable delayed = () -> {};
    private Runnable beforeCommit = () -> {};
    private int listings;
    private int commits;
    private boolean isWatchSlow;
    private final List<Runnable> untold = new ArrayList<>();

    MemoryEtcd(Server server) {
        this.server = server;
    }

    void cutOff(boolean isOff) {
        isCutOff = isOff;
        if (isOff) {
            List.copyOf(watchers).forEach(watcher -> watcher.end("cut off"));
        }
    }

    /** How many requests to write were sent. */
    int commits() {
        return commits;
    }

    /** How often everything was listed. */
    int listings() {
        return listings;
    }

    /** While it is, changes are told to nobody; then all of them, in order. */
    void slowWatch(boolean isSlow) {
        isWatchSlow = isSlow;
        if (!isSlow) {
            untold.forEach(Runnable::run);
            untold.clear();
        }
    }

    /** What is sent next arrives; its answer does not. */
    void loseNextAnswer() {
        answersToLose = 1;
    }

    /** What is sent next is under way until {@link #deliver}; whoever sent it does not wait for so long. */
    void delayNextCommit() {
        isNextDelayed = true;
    }

    void deliver() {
        Runnable arriving = delayed;
        delayed = () -> {};
        arriving.run();
    }

    /** Happens once, before what is sent next arrives. */
    void beforeNextCommit(Runnable hook) {
        beforeCommit = hook;
    }

    private void demand() {
        if (isCutOff) {
            throw new EtcdUnavailable("etcd does not answer within 3 s");
        }
    }

    @Override
    public Page list(String prefix) {
        listings++;
        demand();
        return new Page(
                server.store.values().stream()
                        .filter(entry -> entry.key().startsWith(prefix))
                        .toList(),
                server.revision);
    }

    @Override
    public @Nullable Entry get(String key) {
        demand();
        return server.store.get(key);
    }

    @Override
    public Outcome commit(List<Guard> guards, List<Change> changes) {
        commits++;
        demand();
        server.demandRoom(changes);
        if (isNextDelayed) {
            isNextDelayed = false;
            delayed = () -> server.commit(guards, changes);
            throw new EtcdUnavailable("etcd does not answer within 3 s");
        }
        Runnable before = beforeCommit;
        beforeCommit = () -> {};
        before.run();
        Outcome outcome = server.commit(guards, changes);
        answer();
        return outcome;
    }

    @Override
    public List<Outcome> commitEach(List<Transaction> transactions) {
        commits++;
        demand();
        transactions.forEach(each -> server.demandRoom(each.changes()));
        List<Outcome> outcomes = transactions.stream()
                .map(each -> server.commit(each.guards(), each.changes()))
                .toList();
        answer();
        return outcomes;
    }

    private void answer() {
        if (answersToLose > 0) {
            answersToLose--;
            throw new EtcdUnavailable("etcd does not answer within 3 s");
        }
    }

    @Override
    public Granted grant(Duration life) {
        demand();
        return new Granted(server.grant(life), life);
    }

    @Override
    public Duration keepAlive(long lease) {
        demand();
        return server.keepAlive(lease);
    }

    @Override
    public void revoke(long lease) {
        demand();
        server.revoke(lease);
    }

    @Override
    public Watching watch(String prefix, long revision, Observer observer) {
        demand();
        var watcher = new Watcher(prefix, revision, observer);
        watchers.add(watcher);
        server.watchers.add(watcher);
        return watcher;
    }

    @Override
    public void reconnect() {}

    @Override
    public void close() {
        List.copyOf(watchers).forEach(Watcher::close);
    }

    private final class Watcher implements Watching {
        private final String prefix;
        private final long from;
        private final Observer observer;

        Watcher(String prefix, long from, Observer observer) {
            this.prefix = prefix;
            this.from = from;
            this.observer = observer;
        }

        void tell(List<Event> events) {
            List<Event> told = events.stream()
                    .filter(event -> event.entry().key().startsWith(prefix)
                            && event.entry().modRevision() >= from)
                    .toList();
            if (told.isEmpty()) {
                return;
            }
            if (isWatchSlow) {
                untold.add(() -> observer.changed(told));
            } else {
                observer.changed(told);
            }
        }

        void end(String reason) {
            close();
            observer.ended(reason);
        }

        @Override
        public void askProgress() {
            if (!isCutOff) {
                observer.caughtUp();
            }
        }

        @Override
        public void close() {
            watchers.remove(this);
            server.watchers.remove(this);
        }
    }

    /** What all clients share. Its leases end by the clock that it is given. */
    static final class Server {
        private final LongSupplier nanos;
        private final Map<String, Entry> store = new TreeMap<>();
        private final Map<Long, Long> leases = new TreeMap<>();
        private final Map<Long, Duration> lives = new TreeMap<>();
        private final List<Watcher> watchers = new ArrayList<>();
        private long revision = 1;
        private long lastLease;
        private @Nullable String refusal;

        Server(LongSupplier nanos) {
            this.nanos = nanos;
        }

        List<Entry> entries() {
            return List.copyOf(store.values());
        }

        /** From now on nothing is written, for that reason; null: as ever. What is there may be read, kept and deleted. */
        void refuseWrites(@Nullable String reason) {
            refusal = reason;
        }

        private void demandRoom(List<Change> changes) {
            if (refusal != null && changes.stream().anyMatch(Change.Put.class::isInstance)) {
                throw new EtcdUnavailable("etcd does not answer usefully: " + refusal);
            }
        }

        private long grant(Duration life) {
            lastLease++;
            lives.put(lastLease, life);
            leases.put(lastLease, nanos.getAsLong() + life.toNanos());
            return lastLease;
        }

        private Duration keepAlive(long lease) {
            expire();
            if (!leases.containsKey(lease)) {
                return Duration.ZERO;
            }
            Duration life = lives.getOrDefault(lease, Duration.ZERO);
            leases.put(lease, nanos.getAsLong() + life.toNanos());
            return life;
        }

        /** Ends every lease whose time is over. */
        void expire() {
            long now = nanos.getAsLong();
            leases.entrySet().stream()
                    .filter(lease -> lease.getValue() - now <= 0)
                    .map(Map.Entry::getKey)
                    .toList()
                    .forEach(this::revoke);
        }

        private void revoke(long lease) {
            leases.remove(lease);
            List<Change> ends = store.values().stream()
                    .filter(entry -> entry.lease() == lease)
                    .<Change>map(entry -> new Change.Delete(entry.key()))
                    .toList();
            if (!ends.isEmpty()) {
                commit(List.of(), ends);
            }
        }

        Outcome commit(List<Guard> guards, List<Change> changes) {
            boolean isLeased = changes.stream()
                    .allMatch(change ->
                            !(change instanceof Change.Put put) || put.lease() == 0 || leases.containsKey(put.lease()));
            if (!isLeased || !guards.stream().allMatch(this::holds)) {
                return new Outcome(false, revision);
            }
            revision++;
            List<Event> events = new ArrayList<>();
            changes.forEach(change -> events.add(done(change)));
            List.copyOf(watchers).forEach(watcher -> watcher.tell(events));
            return new Outcome(true, revision);
        }

        private boolean holds(Guard guard) {
            return switch (guard) {
                case Guard.Unchanged(String key, long at) -> {
                    Entry entry = store.get(key);
                    yield (entry == null ? 0 : entry.modRevision()) == at;
                }
                case Guard.Holds(String key, Bytes value) -> {
                    Entry entry = store.get(key);
                    yield entry != null && entry.value().equals(value);
                }
            };
        }

        private Event done(Change change) {
            return switch (change) {
                case Change.Put(String key, Bytes value, long lease) -> {
                    Entry before = store.get(key);
                    long created = before == null ? revision : before.createRevision();
                    var entry = new Entry(key, value, created, revision, lease);
                    store.put(key, entry);
                    yield new Event(entry, false);
                }
                case Change.Delete(String key) -> {
                    store.remove(key);
                    yield new Event(new Entry(key, Bytes.of(""), 0, revision, 0), true);
                }
            };
        }
    }
}
