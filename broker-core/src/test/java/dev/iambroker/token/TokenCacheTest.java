package dev.iambroker.token;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

final class TokenCacheTest {
    private static final TokenKey KEY = new TokenKey(new AccountName("prod"), TokenKind.ACCESS);
    private static final int PUTS = 200_000;

    private final ManualTime time = new ManualTime();
    private final TokenCache cache = new TokenCache(time, BrokerEvents.NONE);

    @Test
    void whoeverLooks_whileATokenIsReplaced_findsTheOldOrTheNew() {
        cache.put(token(Duration.ofHours(1)));
        CompletableFuture<Void> puts = CompletableFuture.runAsync(() -> {
            Token next = token(Duration.ofHours(1));
            for (int i = 0; i < PUTS; i++) {
                cache.put(next);
            }
        });
        long missed = 0;
        while (!puts.isDone()) {
            missed += cache.usable(KEY) == null ? 1 : 0;
        }
        puts.join();
        assertThat(missed).isZero();
    }

    @Test
    void aReplacement_livesAsLongAsItsOwnLife() {
        cache.put(token(Duration.ofMinutes(10)));
        time.advance(Duration.ofMinutes(5));
        cache.put(token(Duration.ofHours(1)));
        time.advance(Duration.ofMinutes(50));
        assertThat(cache.usable(KEY)).isNotNull();
        time.advance(Duration.ofMinutes(10));
        assertThat(cache.usable(KEY)).isNull();
    }

    private Token token(Duration life) {
        return new Token(
                KEY,
                Secret.of("token"),
                null,
                time.now().plus(life),
                new Lifetime(time.now(), time.nanos(), null, life),
                life.dividedBy(2));
    }
}
