package dev.iambroker.token;

import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The refresh tokens that may still be good, the likeliest first, none twice. What the disk holds comes second and is
 * read only then: it differs where somebody put another session there. Used once.
 */
final class KnownRefreshTokens implements Iterator<Secret> {
    private static final Logger log = LoggerFactory.getLogger(KnownRefreshTokens.class);

    private final StoredSession inMemory;
    private final Supplier<@Nullable StoredSession> onDisk;
    private final Deque<Secret> left = new ArrayDeque<>();
    private final List<Secret> given = new ArrayList<>();
    private boolean isDiskRead;

    KnownRefreshTokens(StoredSession inMemory, Supplier<@Nullable StoredSession> onDisk) {
        this.inMemory = inMemory;
        this.onDisk = onDisk;
        offer(inMemory.refreshToken());
    }

    @Override
    public boolean hasNext() {
        if (left.isEmpty() && !isDiskRead) {
            isDiskRead = true;
            StoredSession kept = read();
            if (kept != null && kept.login().equals(inMemory.login())) {
                offer(kept.refreshToken());
            }
            offer(inMemory.previousRefreshToken());
        }
        return !left.isEmpty();
    }

    @Override
    public Secret next() {
        if (!hasNext()) {
            throw new NoSuchElementException("every known refresh token was tried");
        }
        return left.remove();
    }

    private void offer(@Nullable Secret token) {
        if (token != null && given.stream().noneMatch(token::matches)) {
            given.add(token);
            left.add(token);
        }
    }

    private @Nullable StoredSession read() {
        try {
            return onDisk.get();
        } catch (StoreFailure e) {
            log.warn("the store cannot be read again after a refusal: {}", e.getMessage());
            return null;
        }
    }
}
