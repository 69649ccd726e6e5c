package dev.iambroker.broker;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.iambroker.client.Caller;
import dev.iambroker.token.Time;
import dev.iambroker.token.TokenKey;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Notices who was given a token and comes back at once for another. client-go runs its plugin again when an API server answers
 * 401, with the same arguments and environment: that the same process asks for the same thing within seconds is all that shows
 * it. Thread-safe; nothing here blocks.
 */
final class SecondAsks {
    /** A request to the API server lies between the two. */
    private static final Duration SOON = Duration.ofSeconds(10);

    /** For each token: a server that refuses every one must not send the broker to IAM at every call. */
    private static final Duration PAUSE = Duration.ofMinutes(1);

    private static final int REMEMBERED = 10_000;

    private final Cache<Asked, String> given;
    private final Cache<TokenKey, Boolean> minted;

    SecondAsks(Time time) {
        this.given = lasting(SOON, time);
        this.minted = lasting(PAUSE, time);
    }

    private static <K, V> Cache<K, V> lasting(Duration life, Time time) {
        return Caffeine.newBuilder()
                .expireAfterWrite(life)
                .maximumSize(REMEMBERED)
                .ticker(time::nanos)
                .executor(Runnable::run)
                .build();
    }

    /** Who asked for what. */
    private record Asked(
            Caller caller,
            @Nullable String account,
            @Nullable String cluster,
            @Nullable String server) {}

    private static @Nullable Asked asked(KubeRequest request) {
        Caller caller = request.caller();
        return caller == null ? null : new Asked(caller, request.account(), request.cluster(), request.server());
    }

    /** The process was given the token of that etag. */
    void given(KubeRequest request, String etag) {
        Asked asked = asked(request);
        if (asked != null) {
            given.put(asked, etag);
        }
    }

    /** Whether the process was given something for this a moment ago. */
    boolean isSecond(KubeRequest request) {
        Asked asked = asked(request);
        return asked != null && given.getIfPresent(asked) != null;
    }

    /** Whether that was the token of {@code etag}, and it is time to mint another one; true once a minute for each token. */
    boolean takeTurn(KubeRequest request, TokenKey key, String etag) {
        Asked asked = asked(request);
        return asked != null
                && etag.equals(given.getIfPresent(asked))
                && minted.asMap().putIfAbsent(key, true) == null;
    }
}
