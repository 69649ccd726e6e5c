package dev.iambroker.fleet.etcd;

import io.etcd.jetcd.Watch;
import io.etcd.jetcd.options.WatchOption;
import io.etcd.jetcd.watch.WatchEvent;
import io.etcd.jetcd.watch.WatchResponse;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One watch. jetcd would go on by itself after a failure, from where it believes it was; this ends at the first one, since a
 * listing is certain and a revision that was only progress is not.
 */
final class JetcdWatching implements Etcd.Watching, Watch.Listener {
    private final Etcd.Observer observer;
    private final AtomicBoolean isOver = new AtomicBoolean();
    private volatile Watch.@Nullable Watcher watcher;

    private JetcdWatching(Etcd.Observer observer) {
        this.observer = observer;
    }

    static JetcdWatching begin(Watch watch, String prefix, long revision, Etcd.Observer observer) {
        var watching = new JetcdWatching(observer);
        WatchOption option = WatchOption.builder()
                .withRange(JetcdEtcd.bytes(JetcdEtcd.afterAllOf(prefix)))
                .withRevision(revision)
                .withRequireLeader(true)
                .build();
        try {
            watching.began(watch.watch(JetcdEtcd.bytes(prefix), option, watching));
        } catch (RuntimeException e) {
            throw new EtcdUnavailable("etcd cannot be watched: " + e.getMessage(), e);
        }
        return watching;
    }

    private void began(Watch.Watcher begun) {
        watcher = begun;
        if (isOver.get()) {
            begun.close();
        }
    }

    @Override
    public void onNext(WatchResponse response) {
        List<WatchEvent> events = response.getEvents();
        if (isOver.get()) {
            return;
        }
        if (!events.isEmpty()) {
            observer.changed(events.stream().map(JetcdWatching::event).toList());
        } else if (response.isProgressNotify()) {
            observer.caughtUp();
        }
    }

    private static Etcd.Event event(WatchEvent event) {
        return new Etcd.Event(
                JetcdEtcd.entry(event.getKeyValue()), event.getEventType() == WatchEvent.EventType.DELETE);
    }

    @Override
    public void onError(Throwable failure) {
        end(String.valueOf(failure.getMessage()));
    }

    @Override
    public void onCompleted() {
        end("etcd ended it");
    }

    private void end(String reason) {
        if (isOver.compareAndSet(false, true)) {
            stop();
            observer.ended(reason);
        }
    }

    private void stop() {
        Watch.Watcher begun = watcher;
        if (begun != null) {
            begun.close();
        }
    }

    @Override
    public void askProgress() {
        Watch.Watcher begun = watcher;
        if (begun != null && !isOver.get()) {
            begun.requestProgress();
        }
    }

    @Override
    public void close() {
        if (isOver.compareAndSet(false, true)) {
            stop();
        }
    }
}
