package dev.iambroker.fleet.etcd;

import java.util.List;
import java.util.function.LongConsumer;

/** Small transactions that have nothing to do with each other, as few requests. */
final class Batches {
    private Batches() {}

    /**
     * Tries each once.
     *
     * @throws EtcdUnavailable at the first request that gets no answer; the rest is not tried
     */
    static void commit(Etcd etcd, List<Attempt> attempts) {
        for (int from = 0; from < attempts.size(); from += Etcd.MOST_IN_ONE) {
            int to = Math.min(attempts.size(), from + Etcd.MOST_IN_ONE);
            commitOne(etcd, attempts.subList(from, to));
        }
    }

    private static void commitOne(Etcd etcd, List<Attempt> attempts) {
        List<Etcd.Outcome> outcomes =
                etcd.commitEach(attempts.stream().map(Attempt::transaction).toList());
        for (int at = 0; at < attempts.size(); at++) {
            Etcd.Outcome outcome = outcomes.get(at);
            if (outcome.isDone()) {
                attempts.get(at).done().accept(outcome.revision());
            } else {
                attempts.get(at).refused().run();
            }
        }
    }

    /**
     * One of them.
     *
     * @param done told the revision
     * @param refused runs where a guard did not hold
     */
    record Attempt(Etcd.Transaction transaction, LongConsumer done, Runnable refused) {
        Attempt(List<Etcd.Guard> guards, List<Etcd.Change> changes, LongConsumer done, Runnable refused) {
            this(new Etcd.Transaction(guards, changes), done, refused);
        }
    }
}
