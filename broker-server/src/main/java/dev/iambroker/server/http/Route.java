package dev.iambroker.server.http;

import dev.iambroker.broker.BrokerFailure;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One method on one path. All ways of answering may throw {@link RequestRefused} or {@link BrokerFailure}.
 * Thread-safe.
 */
interface Route {
    RoutePattern pattern();

    /** The query parameters that mean something here; any other is refused before the route is asked. */
    default List<String> parameters() {
        return List.of();
    }

    /** Whether it is answered however many requests the client made before. */
    default boolean isUnmetered() {
        return false;
    }

    /** The answer, if it can be had from memory; runs on the event loop. Null sends the call to {@link #answer}. */
    default @Nullable Answer now(Call call) {
        return null;
    }

    /**
     * For a call that {@link #now} has just answered and that is likely to come again: gives its answers from then on.
     * Null where each has to be taken up anew.
     */
    default @Nullable Encore encore(Call call) {
        return null;
    }

    /**
     * What the answer waits for, for a call that {@link #now} gave none; null where {@link #answer} is to wait. Runs on the event
     * loop.
     */
    default @Nullable Awaited awaited(Call call) {
        return null;
    }

    /** The answer; may block. */
    Answer answer(Call call);
}
