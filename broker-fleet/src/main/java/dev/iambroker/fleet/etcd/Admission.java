package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.fleet.etcd.Etcd.Change;
import dev.iambroker.fleet.etcd.Etcd.Guard;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Whether this member's fleet key is that of the others: the first member of all seals a known text, which each later one has
 * to open. Without it two fleets with different keys would share a prefix, and each would set the other's sessions aside.
 */
final class Admission {
    private static final String TEXT = "iam-broker fleet";

    private final Etcd etcd;
    private final Keyspace keys;
    private final Records records;

    Admission(Etcd etcd, Keyspace keys, Records records) {
        this.etcd = etcd;
        this.keys = keys;
        this.records = records;
    }

    /**
     * Seals the text, where nobody has, or only with an older key.
     *
     * @throws FleetRefused if it does not open
     * @throws EtcdUnavailable if etcd does not answer
     */
    void check() {
        Etcd.Entry found = etcd.get(keys.seal());
        if (found == null && put(null)) {
            return;
        }
        if (found == null) {
            found = etcd.get(keys.seal());
        }
        if (found == null || !opens(found)) {
            throw new FleetRefused(refusal());
        }
        if (!records.seal().isOfFirst(found.value())) {
            // Somebody else may be first: theirs is as good.
            put(found);
        }
    }

    /**
     * Whether the text still opens: since the last look the others may have changed to a key that this member lacks.
     *
     * @throws EtcdUnavailable if etcd does not answer
     */
    boolean holds() {
        Etcd.Entry found = etcd.get(keys.seal());
        return found == null || opens(found);
    }

    String refusal() {
        return "the fleet key does not open what is under " + keys.root()
                + ": it is another fleet's, or was rotated; put that fleet's key into state.shared.fleet-key, as a further"
                + " line while it is rotated, or choose another prefix";
    }

    private boolean opens(Etcd.Entry found) {
        try {
            byte[] clear = records.seal().open(found.key(), found.value());
            return new String(clear, StandardCharsets.UTF_8).equals(TEXT);
        } catch (Seal.Unopened e) {
            return false;
        }
    }

    private boolean put(Etcd.@Nullable Entry before) {
        Bytes value = records.seal().seal(keys.seal(), TEXT.getBytes(StandardCharsets.UTF_8));
        long revision = before == null ? 0 : before.modRevision();
        return etcd.commit(
                        List.of(new Guard.Unchanged(keys.seal(), revision)),
                        List.of(new Change.Put(keys.seal(), value, 0)))
                .isDone();
    }
}
