package dev.iambroker.broker;

import dev.iambroker.event.Tally;
import dev.iambroker.token.RenewalFailure;
import dev.iambroker.token.Time;
import dev.iambroker.token.Token;
import dev.iambroker.token.TokenKey;
import dev.iambroker.token.TokenService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A standing order on what the gate let pass. A grant is made anew with each second, by the life left of the token and by
 * the wall clock, which may be stepped: clients are told no more of either.
 */
final class PermittedOrder implements StandingOrder {
    private final Passage passage;
    private final TokenService tokens;
    private final Time time;
    private final TokenRequest request;
    private final TokenKey key;
    private @Nullable Token token;
    private @Nullable Tally tally;
    private @Nullable TokenGrant grant;
    private long secondsLeft;
    private long wallSecond;
    private long changes;

    PermittedOrder(Passage passage, TokenService tokens, Time time, TokenRequest request) {
        this.passage = passage;
        this.tokens = tokens;
        this.time = time;
        this.request = request;
        this.key = new TokenKey(passage.account().name(), request.kind());
    }

    @Override
    public @Nullable TokenGrant next() {
        if (!passage.isOpen()) {
            return null;
        }
        boolean isSame = token != null && tokens.stillGives(token, request.minTtl(), changes);
        Token now = isSame ? token : lookedUp();
        return now == null ? null : handedOut(now);
    }

    private @Nullable Token lookedUp() {
        changes = tokens.changes();
        try {
            return tokens.immediate(key, request.minTtl());
        } catch (RenewalFailure e) {
            // It is the same to whoever asks in full, and told there.
            return null;
        }
    }

    // The cache gives the same object for the same token.
    @SuppressWarnings("ReferenceEquality")
    private TokenGrant handedOut(Token now) {
        boolean isAnother = now != token;
        token = now;
        long wall = time.epochNanos();
        if (isAnother || tally == null || !tally.count(TimeUnit.NANOSECONDS.toMillis(wall))) {
            tally = passage.recordFirst(now);
        }
        long left = TimeUnit.NANOSECONDS.toSeconds(now.leftNanos(time));
        long second = TimeUnit.NANOSECONDS.toSeconds(wall);
        if (grant == null || isAnother || left != secondsLeft || second != wallSecond) {
            secondsLeft = left;
            wallSecond = second;
            grant = passage.grant(now);
        }
        return grant;
    }
}
