package dev.iambroker.emulator.fault;

import dev.iambroker.emulator.record.RecordedRequest;
import java.util.concurrent.atomic.AtomicLong;

/** A fault that was switched on. Closing it switches it off. Thread-safe. */
public final class ActiveFault implements AutoCloseable {
    private final Fault fault;
    private final Faults owner;
    private final AtomicLong hits = new AtomicLong();

    ActiveFault(Fault fault, Faults owner) {
        this.fault = fault;
        this.owner = owner;
    }

    /** How many requests it has hit. */
    public long hits() {
        return hits.get();
    }

    Fault fault() {
        return fault;
    }

    boolean take(RecordedRequest request) {
        return fault.hits().test(request) && hits.getAndUpdate(n -> n < fault.times() ? n + 1 : n) < fault.times();
    }

    @Override
    public void close() {
        owner.remove(this);
    }
}
