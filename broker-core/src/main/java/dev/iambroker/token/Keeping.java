package dev.iambroker.token;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.SessionSuperseded;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import dev.iambroker.store.StoredToken;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what an answer brought, and only then releases its tokens: into the cache, and into the plan of renewals. What
 * cannot be written is kept aside, or served from memory where nothing is lost by it ({@link Intake} says why).
 *
 * <p>Callers hold the session's lock.
 */
final class Keeping {
    private static final Logger log = LoggerFactory.getLogger(Keeping.class);

    private final SessionStore store;
    private final TokenCache cache;
    private final RefreshQueue queue;
    private final Time time;
    private final BrokerEvents events;
    private final Consumer<AccountName> unshared;

    /** @param unshared told of every login whose answer is served here although it could not be shared */
    Keeping(
            SessionStore store,
            TokenCache cache,
            RefreshQueue queue,
            Time time,
            BrokerEvents events,
            Consumer<AccountName> unshared) {
        this.store = store;
        this.cache = cache;
        this.queue = queue;
        this.time = time;
        this.events = events;
        this.unshared = unshared;
    }

    /**
     * Writes what an earlier answer left unwritten, where that is nowhere else; true where it brought {@code target} its
     * access token.
     */
    boolean settle(ManagedAccount target) {
        ManagedAccount owner = target.owner();
        ManagedAccount.Unsaved unsaved = owner.unsaved();
        if (unsaved == null || !unsaved.isOnlyHere()) {
            return false;
        }
        List<Token> usable = written(owner, unsaved);
        TokenKey access = new TokenKey(target.name(), TokenKind.ACCESS);
        return usable.stream().anyMatch(token -> token.key().equals(access));
    }

    /** Writes all that an earlier answer left unwritten. */
    void settleAll(ManagedAccount owner) {
        ManagedAccount.Unsaved unsaved = owner.unsaved();
        if (unsaved != null) {
            written(owner, unsaved);
        }
    }

    @CanIgnoreReturnValue
    private List<Token> written(ManagedAccount owner, ManagedAccount.Unsaved unsaved) {
        try {
            write(owner, unsaved);
        } catch (SessionSuperseded e) {
            owner.keepUnsaved(null);
            throw isVoid(e);
        }
        owner.keepUnsaved(null);
        // They lay aside, out of sight of whoever notices that the clock jumped or the machine slept.
        List<Token> usable = unsaved.tokens().stream()
                .map(token -> token.anchoredAnew(time))
                .filter(token -> token.isUsable(time))
                .toList();
        release(usable);
        return usable;
    }

    /**
     * Writes the session and its new tokens, and releases these.
     *
     * @param session the owner's, as it is to be
     * @param rotated whether the refresh token before it may be used up by now
     * @throws SessionSuperseded if another broker has written the session meanwhile: the tokens are none of it
     */
    void commit(ManagedAccount target, StoredSession session, List<Token> tokens, boolean rotated) {
        ManagedAccount owner = target.owner();
        StoredSession ownerNext = target == owner ? withTokens(session, tokens) : session;
        StoredSession targetNext = target == owner ? ownerNext : withTokens(target.stored(), tokens);
        boolean isOnlyHere = rotated || isLost(owner, session);
        var unsaved = new ManagedAccount.Unsaved(ownerNext, target, targetNext, tokens, isOnlyHere);
        // An answer still unwritten belongs to the session before this one; written later, it would undo this one.
        owner.keepUnsaved(null);
        try {
            write(owner, unsaved);
        } catch (RenewalFailure.Transient notWritten) {
            if (rotated) {
                owner.keepUnsaved(unsaved);
                throw notWritten;
            }
            keepInMemory(owner, unsaved, notWritten);
        }
        release(tokens);
    }

    /** Whether {@code session} could not be had once more by itself, were it lost. */
    private static boolean isLost(ManagedAccount owner, StoredSession session) {
        return session.refreshToken() != owner.stored().refreshToken()
                && !owner.account().login().renewsByCredential();
    }

    /** The answer continues a session that is no more: nothing of it may be kept, and what is there instead arrives. */
    static RenewalFailure.Transient isVoid(SessionSuperseded failure) {
        return new RenewalFailure.Transient(failure.getMessage(), null, null);
    }

    private void write(ManagedAccount owner, ManagedAccount.Unsaved unsaved) {
        try {
            save(owner, unsaved);
            events.storeWritten(true);
        } catch (SessionSuperseded e) {
            throw e;
        } catch (StoreFailure e) {
            events.storeWritten(false);
            throw new RenewalFailure.Transient(e.getMessage(), null, null);
        }
    }

    private void save(ManagedAccount owner, ManagedAccount.Unsaved unsaved) {
        ManagedAccount target = unsaved.target();
        if (target == owner) {
            store.save(owner.name(), unsaved.session());
        } else {
            store.save(owner.name(), unsaved.session(), target.name(), unsaved.targetSession());
            target.store(unsaved.targetSession());
        }
        owner.store(unsaved.session());
    }

    private void keepInMemory(ManagedAccount owner, ManagedAccount.Unsaved unsaved, RenewalFailure.Transient why) {
        log.warn("account {} is served from memory only: {}", unsaved.target().name(), why.getMessage());
        owner.store(unsaved.session());
        unsaved.target().store(unsaved.targetSession());
        if (store.isShared()) {
            // The others have nothing of it.
            owner.keepUnsaved(unsaved);
            unshared.accept(owner.name());
        }
    }

    /** Serves them from now on. */
    void release(List<Token> tokens) {
        for (Token token : tokens) {
            cache.put(token);
            plan(token);
        }
    }

    /** Plans the renewal of a token; a UAA token comes along with the access token. */
    void plan(Token token) {
        if (token.key().kind() == TokenKind.UAA) {
            return;
        }
        queue.plan(token.key(), time.nanos() + token.untilDue(time).toNanos());
    }

    private StoredSession withTokens(StoredSession session, List<Token> tokens) {
        Map<Slot, StoredToken> kept = new LinkedHashMap<>();
        Instant now = time.now();
        for (StoredToken old : session.tokens()) {
            if (old.acquiredAt().plus(old.life()).isAfter(now)) {
                kept.put(Slot.of(old), old);
            }
        }
        for (Token token : tokens) {
            StoredToken fresh = atRest(token);
            kept.put(Slot.of(fresh), fresh);
        }
        return session.withTokens(List.copyOf(kept.values()));
    }

    /** What a session keeps one token of. */
    private record Slot(TokenKind kind, @Nullable String cluster) {
        static Slot of(StoredToken token) {
            return new Slot(token.kind(), token.cluster());
        }
    }

    private static StoredToken atRest(Token token) {
        return new StoredToken(
                token.key().kind(),
                token.key().cluster(),
                token.value(),
                token.lifetime().acquiredAt(),
                token.lifetime().acquiredUptime(),
                token.life(),
                token.expiresAt(),
                token.scope());
    }
}
