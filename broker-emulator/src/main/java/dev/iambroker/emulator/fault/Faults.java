package dev.iambroker.emulator.fault;

import dev.iambroker.emulator.record.RecordedRequest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** The faults of the moment; the one switched on last comes first. Thread-safe. */
public final class Faults {
    private final List<ActiveFault> active = new CopyOnWriteArrayList<>();

    public ActiveFault add(Fault fault) {
        ActiveFault added = new ActiveFault(fault, this);
        active.addFirst(added);
        return added;
    }

    void remove(ActiveFault fault) {
        active.remove(fault);
    }

    public void clear() {
        active.clear();
    }

    /** The fault that hits this request, which is counted; null if it is to be served well. */
    public @Nullable Fault hitting(RecordedRequest request) {
        for (ActiveFault each : active) {
            if (each.take(request)) {
                return each.fault();
            }
        }
        return null;
    }
}
