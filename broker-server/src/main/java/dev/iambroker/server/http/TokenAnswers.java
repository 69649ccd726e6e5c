package dev.iambroker.server.http;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.TokenGrant;
import java.time.Duration;
import java.util.function.LongSupplier;

/** Prepared answers by token. Thread-safe; bounded in bytes; an entry ends with its token. */
public final class TokenAnswers {
    /** Some two thousand tokens: beyond that the warmest stay and the others are prepared anew. */
    private static final long MAX_BYTES = 4L << 20;

    private final Cache<Key, Entry> prepared;

    private volatile boolean isKeeping = true;

    /** @param nanos monotonic clock */
    public TokenAnswers(LongSupplier nanos) {
        this.prepared = Caffeine.newBuilder()
                .maximumWeight(MAX_BYTES)
                .weigher((Key key, Entry entry) -> entry.prepared.size())
                .expireAfter(Expiry.creating((Key key, Entry entry) -> entry.left))
                .ticker(nanos::getAsLong)
                .executor(Runnable::run)
                .build();
    }

    Answer of(TokenGrant grant) {
        Key key = new Key(
                grant.account(), grant.kind(), grant.etag(), grant.expiresAt().getEpochSecond());
        Entry entry = prepared.get(key, absent -> new Entry(TokenAnswer.Prepared.of(grant), grant.left()));
        if (!isKeeping) {
            // Asked for before it was dropped, put in after it.
            prepared.invalidate(key);
        }
        return new TokenAnswer(entry.prepared, grant.left().toSeconds());
    }

    /** Forgets all, and keeps nothing until {@link #keep}. */
    public void drop() {
        isKeeping = false;
        prepared.invalidateAll();
    }

    /** Keeps what is prepared from now on. */
    public void keep() {
        isKeeping = true;
    }

    /** A token's end is told anew when the clock was set back. */
    private record Key(AccountName account, TokenKind kind, String etag, long expiration) {}

    private static final class Entry {
        private final TokenAnswer.Prepared prepared;
        private final Duration left;

        private Entry(TokenAnswer.Prepared prepared, Duration left) {
            this.prepared = prepared;
            this.left = left;
        }
    }
}
