package dev.iambroker.emulator.iam;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.emulator.directory.Directory;
import dev.iambroker.emulator.directory.Identity;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.emulator.settings.Settings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
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
        if (token == null || token.client != client || token.dead) {
            throw new IamFailure(IamError.BXNIM0407E, "refresh_token is unknown, of another client, or used up");
        }
        Instant now = clock.instant();
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
            throw new IamFailure(IamError.BXNIM0407E, "refresh_token was used by another request at the same time");
        }
        if (settings.rotation() == Rotation.STRICT) {
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
        return token != null
                && !token.dead
                && !token.session.ended
                && clock.instant().isBefore(token.expiresAt);
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

    @GuardedBy("this")
    private void retireAncestors(RefreshToken token) {
        if (settings.rotation() == Rotation.OFF) {
            return;
        }
        for (RefreshToken old = token.parent; old != null && !old.dead; old = old.parent) {
            old.dead = true;
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
