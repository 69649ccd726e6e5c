package dev.iambroker.emulator.kube;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** The objects of one kind in a cluster, and everything that ever happened to them. Thread-safe. */
final class ObjectLog {
    private static final long FIRST_VERSION = 1;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    @GuardedBy("lock")
    private final Map<String, KubeObject> objects = new TreeMap<>();

    @GuardedBy("lock")
    private final List<WatchEvent> events = new ArrayList<>();

    @GuardedBy("lock")
    private long version = FIRST_VERSION;

    /** What is there now, and the version from which a watch goes on without a gap. */
    record Listing(List<KubeObject> objects, long version) {}

    /** Adds the object or gives it another phase. */
    void put(String namespace, String name, String phase) {
        lock.lock();
        try {
            KubeObject object = new KubeObject(namespace, name, phase, ++version);
            KubeObject former = objects.put(namespace + "/" + name, object);
            tell(new WatchEvent(former == null ? WatchEvent.Type.ADDED : WatchEvent.Type.MODIFIED, object));
        } finally {
            lock.unlock();
        }
    }

    void remove(String namespace, String name) {
        lock.lock();
        try {
            KubeObject former = objects.remove(namespace + "/" + name);
            if (former == null) {
                throw new IllegalArgumentException("there is no " + name);
            }
            tell(new WatchEvent(WatchEvent.Type.DELETED, new KubeObject(namespace, name, former.phase(), ++version)));
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private void tell(WatchEvent event) {
        events.add(event);
        changed.signalAll();
    }

    Listing list(Selection selection) {
        lock.lock();
        try {
            return new Listing(objects.values().stream().filter(selection::has).toList(), version);
        } finally {
            lock.unlock();
        }
    }

    /** The first change after that version, waiting so long for one; null if there was none. */
    @Nullable
    WatchEvent next(Selection selection, long after, long waitNanos) throws InterruptedException {
        long left = waitNanos;
        lock.lockInterruptibly();
        try {
            WatchEvent found = first(selection, after);
            while (found == null && left > 0) {
                left = changed.awaitNanos(left);
                found = first(selection, after);
            }
            return found;
        } finally {
            lock.unlock();
        }
    }

    @GuardedBy("lock")
    private @Nullable WatchEvent first(Selection selection, long after) {
        for (WatchEvent event : events) {
            if (event.object().version() > after && selection.has(event.object())) {
                return event;
            }
        }
        return null;
    }
}
