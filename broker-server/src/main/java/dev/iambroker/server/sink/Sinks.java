package dev.iambroker.server.sink;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.account.AccountName;
import dev.iambroker.server.config.SinkConfig;
import dev.iambroker.server.config.SinkConfig.OnChange;
import dev.iambroker.server.store.FileOps;
import dev.iambroker.token.Alarm;
import dev.iambroker.token.Time;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * All files that are kept. They stay when the broker stops, since their tokens live on and a restart should be no gap.
 * Thread-safe.
 */
public final class Sinks implements AutoCloseable {
    private final Supply supply;
    private final Workshop workshop;
    private final SinkEvents events;

    @GuardedBy("this")
    private final Map<Path, Sink> sinks = new LinkedHashMap<>();

    /** For {@link #news}, which comes under locks of others. */
    private volatile List<Sink> all = List.of();

    /**
     * What sinks work with.
     *
     * @param self the user of this process
     * @param searchPath where programs are looked for; null for the platform's default
     * @param executor runs what blocks
     * @param alarms makes an alarm that rings its argument
     * @param random names files that are being written
     */
    public record Workshop(
            int self,
            @Nullable String searchPath,
            FileOps files,
            Executor executor,
            Time time,
            Function<Runnable, Alarm> alarms,
            RandomGenerator random) {}

    public Sinks(Supply supply, Workshop workshop, SinkEvents events) {
        this.supply = supply;
        this.workshop = workshop;
        this.events = events;
    }

    /** Keeps these from now on; the files of others are removed. What did not change goes on as it was. */
    public synchronized void apply(List<SinkConfig> configured) {
        Set<String> names = new HashSet<>();
        Set<Path> paths = new HashSet<>();
        configured.forEach(config -> {
            paths.add(config.path());
            names.add(config.path().toString());
        });
        events.configured(names);
        List<Sink> gone = new ArrayList<>(sinks.values());
        gone.removeIf(sink -> paths.contains(sink.config().path()));
        gone.forEach(sink -> {
            sinks.remove(sink.config().path());
            sink.retire(false);
        });
        configured.forEach(this::keep);
        all = List.copyOf(sinks.values());
        lookAtAll();
    }

    @GuardedBy("this")
    private void keep(SinkConfig config) {
        Sink before = sinks.get(config.path());
        if (before != null && before.config().equals(config)) {
            return;
        }
        // What is there in another form would be taken for somebody's own.
        boolean leavesFile = before != null && before.config().format() == config.format();
        boolean isUntold = before != null && before.retire(leavesFile);
        Sink sink = sink(config);
        if (before != null) {
            sink.follow(before);
        }
        sinks.put(config.path(), sink);
        if (isUntold) {
            sink.tellOfChange();
        }
    }

    private Sink sink(SinkConfig config) {
        SinkFile file = new SinkFile(config, workshop.self, workshop.files, workshop.random);
        file.clear();
        return new Sink(
                config, supply, file, notice(config), events, workshop.executor, workshop.time, workshop.alarms);
    }

    private @Nullable Notice notice(SinkConfig config) {
        OnChange onChange = config.onChange();
        return onChange == null
                ? null
                : new Notice(
                        config.path(),
                        onChange.debounce(),
                        tidings(config, onChange),
                        events,
                        workshop.executor,
                        workshop.alarms);
    }

    private Tidings tidings(SinkConfig config, OnChange onChange) {
        return switch (onChange) {
            case OnChange.Command command -> new Command(config, command, workshop.searchPath);
            case OnChange.Signal signal -> new SignalByFile(signal, workshop.self);
        };
    }

    /** Something happened to that account. Never blocks. */
    public void news(AccountName account) {
        for (Sink sink : all) {
            if (sink.config().account().equals(account)) {
                sink.look();
            }
        }
    }

    /** What was cached of that account is dropped. Never blocks. */
    public void forgotten(AccountName account) {
        for (Sink sink : all) {
            if (sink.config().account().equals(account)) {
                sink.forgotten();
            }
        }
    }

    public void lookAtAll() {
        all.forEach(Sink::look);
    }

    /** Tells nobody of a change any more; commands under way are killed. */
    @Override
    public synchronized void close() {
        sinks.values().forEach(Sink::endTelling);
    }
}
