package dev.iambroker.emulator.iam;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.emulator.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Logins, their refresh tokens and delegated tokens.
 *
 * <p><b>Rotation.</b> Every refresh makes a successor. What that does to the used one is the {@link Rotation} of the moment. Minting
 * a delegated token uses a refresh token without making a successor, so it retires its predecessors but never itself.
 */
public final class Sessions {
    private static final int TOKEN_DIGITS = 64;

    private final Directory names;
    private final Settings settings;
    private final InstantSource clock;

    @GuardedBy("this")
    private final Map<String, RefreshToken> refreshTokens = new HashMap<>();

    @GuardedBy("this")
    private final Map<String, DelegatedToken> delegatedTokens = new HashMap<>();

    @GuardedBy("this")
    private final List<RetiredUse> retiredUses = new ArrayList<>();

    public Sessions(Directory names, Settings settings, InstantSource clock) {
        this.names = names;
        this.settings = settings;
        this.clock = clock;
    }

    synchronized Session begin(Identity identity) {
        return new Session("C-" + names.hex(32), identity, clock.instant());
    }

    synchronized RefreshToken issue(Session session, Client client, @Nullable String account) {
        return issue(session, client, account, null);
    }

    /** The token if it may be used now by that client, which counts as a use of its session. */
    synchronized RefreshToken use(String value, Client client) {
        RefreshToken token = refreshTokens.get(value);
        if (token == null || token.client != client) {
            throw new IamFailure(IamError.BXNIM0407E, "refresh_token is unknown, or of another client");
        }
        Instant now = clock.instant();
        if (token.succeeded) {
            retiredUses.add(new RetiredUse(token.session.id, token.session.identity, now));
        }
        if (token.dead) {
            throw usedUp(token, "refresh_token is used up");
        }
        if (!now.isBefore(token.expiresAt)) {
            throw new IamFailure(IamError.BXNIM0408E, "refresh_token expired at " + token.expiresAt);
        }
        Session session = token.session;
        if (session.ended || now.isAfter(session.usedAt.plus(settings.inactivity()))) {
            session.ended = true;
            throw new IamFailure(IamError.BXNIM0439E, "session was ended or not used since " + session.usedAt);
        }
        session.usedAt = now;
        retireAncestors(token);
        return token;
    }

    /** A successor of a token that was just used; null keeps the account that it is bound to. */
    synchronized RefreshToken succeed(RefreshToken used, @Nullable String account) {
        if (used.dead) {
            throw usedUp(used, "refresh_token was used by another request at the same time");
        }
        if (isStrict()) {
            used.dead = true;
        }
        return issue(used.session, used.client, account == null ? used.account : account, used);
    }

    synchronized String delegate(Session session, @Nullable String account, Duration life) {
        String value = "emulated-delegated-" + names.hex(TOKEN_DIGITS);
        delegatedTokens.put(
                value, new DelegatedToken(session, account, clock.instant().plus(life)));
        return value;
    }

    /** Uses up a delegated token. */
    synchronized DelegatedToken takeDelegated(String value) {
        DelegatedToken token = delegatedTokens.remove(value);
        if (token == null || token.session().ended) {
            throw new IamFailure(IamError.BXNIM0407E, "delegated refresh_token is unknown or was used before");
        }
        if (!clock.instant().isBefore(token.expiresAt())) {
            throw new IamFailure(IamError.BXNIM0408E, "delegated refresh_token expired at " + token.expiresAt());
        }
        token.session().usedAt = clock.instant();
        return token;
    }

    /** Ends the session of that refresh token, if it is one and that client's. */
    synchronized void revoke(String value, Client client) {
        RefreshToken token = refreshTokens.get(value);
        if (token != null && token.client == client) {
            token.session.ended = true;
        }
    }

    /** Ends every session, as an administrator can. */
    public synchronized void endAll() {
        refreshTokens.values().forEach(token -> token.session.ended = true);
    }

    /** Every use so far of a refresh token one of whose successors had been used. */
    public synchronized List<RetiredUse> retiredUses() {
        return List.copyOf(retiredUses);
    }

    /** How many sessions of that identity have a refresh token that could be used now. */
    public synchronized int live(Identity identity) {
        return (int) refreshTokens.values().stream()
                .filter(token -> token.session.identity.equals(identity) && isUsable(token))
                .map(token -> token.session)
                .distinct()
                .count();
    }

    /** Whose session a refresh or delegated token belongs to; null if it is none. */
    synchronized @Nullable Identity identityOf(String value) {
        RefreshToken refresh = refreshTokens.get(value);
        if (refresh != null) {
            return refresh.session.identity;
        }
        DelegatedToken delegated = delegatedTokens.get(value);
        return delegated == null ? null : delegated.session().identity;
    }

    /** The id of the session that a refresh token belongs to; null if it is none. */
    synchronized @Nullable String sessionOf(String value) {
        RefreshToken token = refreshTokens.get(value);
        return token == null ? null : token.session.id;
    }

    /** Whether that refresh token was ever issued here. */
    public synchronized boolean issued(String value) {
        return refreshTokens.containsKey(value);
    }

    /** Whether a client could use that refresh token now; says so without using it. */
    public synchronized boolean usable(String value) {
        RefreshToken token = refreshTokens.get(value);
        return token != null && isUsable(token);
    }

    /** The account that a refresh or delegated token is bound to; null if there is none or no such token. */
    public synchronized @Nullable String accountOf(String value) {
        RefreshToken refresh = refreshTokens.get(value);
        if (refresh != null) {
            return refresh.account;
        }
        DelegatedToken delegated = delegatedTokens.get(value);
        return delegated == null ? null : delegated.account();
    }

    private boolean isStrict() {
        return switch (settings.rotation()) {
            case OFF, OVERLAPPING -> false;
            case STRICT, STRICT_FAMILY -> true;
        };
    }

    @GuardedBy("this")
    private IamFailure usedUp(RefreshToken token, String details) {
        if (settings.rotation() == Rotation.STRICT_FAMILY) {
            token.session.ended = true;
        }
        return new IamFailure(IamError.BXNIM0407E, details);
    }

    private boolean isUsable(RefreshToken token) {
        Instant now = clock.instant();
        return !token.dead
                && !token.session.ended
                && !now.isAfter(token.session.usedAt.plus(settings.inactivity()))
                && now.isBefore(token.expiresAt);
    }

    /** Those before one that is retired already were retired with it. */
    @GuardedBy("this")
    private void retireAncestors(RefreshToken token) {
        boolean die = settings.rotation() != Rotation.OFF;
        RefreshToken old = token.parent;
        while (old != null && (!old.succeeded || (die && !old.dead))) {
            old.succeeded = true;
            old.dead |= die;
            old = old.parent;
        }
    }

    @GuardedBy("this")
    private RefreshToken issue(
            Session session, Client client, @Nullable String account, @Nullable RefreshToken parent) {
        String value = "emulated-refresh-" + names.hex(TOKEN_DIGITS);
        Instant sessionEnd = session.startedAt.plus(settings.sessionLife());
        Instant ownEnd = clock.instant().plus(settings.refreshTokenLife());
        Instant end = ownEnd.isBefore(sessionEnd) ? ownEnd : sessionEnd;
        RefreshToken token = new RefreshToken(value, client, session, account, end, parent);
        refreshTokens.put(value, token);
        return token;
    }
}
