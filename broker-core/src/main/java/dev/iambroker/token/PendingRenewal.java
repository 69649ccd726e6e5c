package dev.iambroker.token;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A renewal that somebody waits for without a thread. Thread-safe. */
public final class PendingRenewal {
    private final CompletableFuture<@Nullable Void> landing;
    private final String asked;
    private final Supplier<@Nullable Token> cached;

    PendingRenewal(CompletableFuture<@Nullable Void> landing, String asked, Supplier<@Nullable Token> cached) {
        this.landing = landing;
        this.asked = asked;
        this.cached = cached;
    }

    /** Ends with the renewal, however that ends; the same for all who wait for it. Not to be completed or cancelled. */
    public CompletionStage<?> landing() {
        return landing;
    }

    /**
     * The token that is there now; null where the renewal ended well and what it brought was dropped since: then it is to be
     * asked for anew. Never blocks.
     *
     * @param patience how long it was waited for, where the renewal has not ended
     * @throws RenewalFailure if there is none
     */
    public @Nullable Token taken(Duration patience) {
        RenewalFailure failure = landing.isDone()
                ? TokenSource.await(landing, patience, asked)
                : TokenSource.stillWaiting(patience, asked);
        Token token = cached.get();
        if (token == null && failure != null) {
            throw failure;
        }
        return token;
    }
}
