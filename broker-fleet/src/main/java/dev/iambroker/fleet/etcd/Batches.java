package dev.iambroker.fleet.etcd;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/** Small transactions that have nothing to do with each other, as few large ones. */
final class Batches {
    private Batches() {}

    /**
     * Tries each once; where a large one fails its halves are tried.
     *
     * @throws EtcdUnavailable at the first that gets no answer; the rest is not tried
     */
    static void commit(Etcd etcd, List<Attempt> attempts) {
        int from = 0;
        while (from < attempts.size()) {
            int to = from;
            int size = 0;
            while (to < attempts.size() && size + attempts.get(to).size() <= Etcd.MOST_IN_ONE) {
                size += attempts.get(to++).size();
            }
            commitOne(etcd, attempts.subList(from, to));
            from = to;
        }
    }

    private static void commitOne(Etcd etcd, List<Attempt> attempts) {
        List<Etcd.Guard> guards = new ArrayList<>();
        List<Etcd.Change> changes = new ArrayList<>();
        for (Attempt attempt : attempts) {
            guards.addAll(attempt.guards());
            changes.addAll(attempt.changes());
        }
        Etcd.Outcome outcome = etcd.commit(guards, changes);
        if (outcome.isDone()) {
            attempts.forEach(attempt -> attempt.done().accept(outcome.revision()));
        } else if (attempts.size() > 1) {
            int half = attempts.size() / 2;
            commitOne(etcd, attempts.subList(0, half));
            commitOne(etcd, attempts.subList(half, attempts.size()));
        } else {
            attempts.getFirst().refused().run();
        }
    }

    /**
     * One of them.
     *
     * @param done told the revision
     * @param refused runs where a guard did not hold
     */
    record Attempt(List<Etcd.Guard> guards, List<Etcd.Change> changes, LongConsumer done, Runnable refused) {
        int size() {
            return Math.max(guards.size(), changes.size());
        }
    }
}
