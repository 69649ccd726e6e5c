package dev.iambroker.broker;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A token that a renewal is to bring to a client who waits for it. Thousands may wait for one: none of them holds a thread.
 * Thread-safe; nothing of it blocks.
 */
public interface PendingGrant {
    /** Ends with the renewal, however that ends; the same for all who wait for it. Not to be completed or cancelled. */
    CompletionStage<?> landing();

    /** For how long the client waits. */
    Duration patience();

    /**
     * What the client gets, once the renewal ended or its patience did; null where it has to be asked for anew.
     *
     * @throws BrokerFailure if there is no token, or it may not have it any more
     */
    @Nullable
    TokenGrant take();
}
