package dev.iambroker.iam;

import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Until when a request may be under way. Bound to the thread that makes the request, around the call of {@link IamClient};
 * whoever sends it asks for what is left again when its last byte is about to leave, since the process may have been
 * stopped in between.
 */
public final class CallLimit {
    private static final ScopedValue<CallLimit> CURRENT = ScopedValue.newInstance();
    private static final long UNLIMITED = Long.MAX_VALUE;

    private final LongSupplier nanos;
    private final long endNanos;

    private CallLimit(LongSupplier nanos, long endNanos) {
        this.nanos = nanos;
        this.endNanos = endNanos;
    }

    /**
     * Makes {@code call} under a limit.
     *
     * @param nanos a monotonic clock in nanoseconds
     * @param endNanos by that clock
     */
    public static <A> A until(LongSupplier nanos, long endNanos, Supplier<A> call) {
        return ScopedValue.where(CURRENT, new CallLimit(nanos, endNanos)).call(call::get);
    }

    /** The limit of the current thread, to be asked on any. */
    public static LongSupplier ofThisThread() {
        return CURRENT.isBound() ? CURRENT.get()::leftNanos : () -> UNLIMITED;
    }

    /** Not positive once it is over. */
    private long leftNanos() {
        return endNanos - nanos.getAsLong();
    }
}
