package dev.iambroker.token;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.iambroker.event.BrokerEvents;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * The tokens that can be handed out. Passive: it answers, it never calls IAM. Each entry leaves at its own end.
 * Thread-safe.
 */
public final class TokenCache {
    /** Far above any configuration (three kinds for each account, and one for each OpenShift cluster in use); a bound all the same. */
    private static final long MAX_TOKENS = 100_000;

    private final Time time;
    private final BrokerEvents events;
    private final Cache<TokenKey, Token> tokens;
    private final Map<TokenKey, CompletableFuture<@Nullable Void>> awaited = new ConcurrentHashMap<>();
    private final AtomicLong changes = new AtomicLong();

    public TokenCache(Time time, BrokerEvents events) {
        this.time = time;
        this.events = events;
        this.tokens = Caffeine.newBuilder()
                .maximumSize(MAX_TOKENS)
                .ticker(time::nanos)
                .executor(Runnable::run)
                .expireAfter(Expiry.<TokenKey, Token>writing((key, token) -> token.left(time)))
                .build();
    }

    Lookup lookup(TokenKey key, Duration minTtl) {
        Token token = tokens.getIfPresent(key);
        if (token == null) {
            return Lookup.NOTHING;
        }
        long left = token.leftNanos(time);
        if (!token.isUsableWith(left)) {
            return Lookup.NOTHING;
        }
        if (!token.fulfilsWith(left, minTtl)) {
            return new Lookup.Absent(token);
        }
        return token.isDueWith(left) ? new Lookup.Due(token) : new Lookup.Fresh(token);
    }

    /**
     * Moves on when any token is put, dropped or changed: while it stands still, a lookup finds what it found, as far as
     * that lives. To be read before the lookup.
     */
    long changes() {
        return changes.get();
    }

    /** The cached token while it is usable. */
    public @Nullable Token usable(TokenKey key) {
        Token token = tokens.getIfPresent(key);
        return token != null && token.isUsable(time) ? token : null;
    }

    /**
     * To be called when the wall clock jumped: one set back by two hours would not see the next two hours of suspend on
     * the tokens from before.
     */
    void clockJumped() {
        tokens.asMap().replaceAll((key, token) -> token.anchoredAnew(time));
        changes.incrementAndGet();
    }

    void put(Token token) {
        // In one step: were the old one dropped first, a caller in between would find nothing and wait for IAM.
        tokens.put(token.key(), token);
        changes.incrementAndGet();
        announce(token);
        CompletableFuture<@Nullable Void> waiting = awaited.remove(token.key());
        if (waiting != null) {
            waiting.complete(null);
        }
    }

    private void announce(Token token) {
        TokenKey key = token.key();
        if (key.cluster() == null) {
            events.tokenCached(key.account(), key.kind(), token.expiresAt());
        } else {
            events.clusterTokenCached(key.account(), key.cluster(), token.expiresAt());
        }
    }

    /** Completes when the next token is put under {@code key}. Ask before looking, else a put in between is missed. */
    CompletableFuture<@Nullable Void> nextPut(TokenKey key) {
        return awaited.computeIfAbsent(key, unused -> new CompletableFuture<>());
    }

    /** Ends every wait for a next token, so that whoever waits looks whether there is still something to wait for. */
    void wakeWaiting() {
        awaited.keySet().forEach(key -> {
            CompletableFuture<@Nullable Void> waiting = awaited.remove(key);
            if (waiting != null) {
                waiting.complete(null);
            }
        });
    }

    void drop(TokenKey key) {
        tokens.invalidate(key);
        changes.incrementAndGet();
        if (key.cluster() == null) {
            events.tokenDropped(key.account(), key.kind());
        } else {
            events.clusterTokenDropped(key.account(), key.cluster());
        }
    }
}
