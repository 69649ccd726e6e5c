package dev.iambroker.token;

import dev.iambroker.account.OpenShiftToken;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.iam.TokenIssuers;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.SessionSuperseded;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import dev.iambroker.store.StoredToken;
import dev.iambroker.store.Uptime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What happens to an answer of IAM, always in this order: judged, written, cached, planned.
 *
 * <p><b>Why written first.</b> IAM may retire a refresh token when it is used. Were the new access token released
 * before the new refresh token is on disk, a crash in between would leave clients served and the broker without a
 * login. Where writing fails, a session that rotates keeps the answer aside and tries the disk again before it asks
 * IAM again; a login that burns nothing by renewing is served from memory.
 *
 * <p>Callers hold the session's lock.
 */
final class Intake {
    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    private final SessionStore store;
    private final TokenCache cache;
    private final Keeping keeping;
    private final RefreshSchedule schedule;
    private final ClockSkew skew;
    private final Time time;
    private final BrokerEvents events;

    Intake(
            SessionStore store,
            TokenCache cache,
            Keeping keeping,
            RefreshSchedule schedule,
            ClockSkew skew,
            Time time,
            BrokerEvents events) {
        this.store = store;
        this.cache = cache;
        this.keeping = keeping;
        this.schedule = schedule;
        this.skew = skew;
        this.time = time;
        this.events = events;
    }

    /**
     * Takes in the answer to a login or a refresh.
     *
     * @param presented the refresh token that was used, null for a login
     * @param base the session of the owner that the answer continues
     */
    void session(
            ManagedAccount target,
            IamAnswer answer,
            @Nullable Secret presented,
            Supplier<StoredSession> base,
            long nanos) {
        try {
            take(target, answer, presented, base.get(), nanos);
        } catch (SessionSuperseded e) {
            throw Keeping.isVoid(e);
        }
    }

    /**
     * Takes in the answer to a person's login. It takes the place of whatever session others have written meanwhile: the
     * one-time passcode that it took is used up, while a renewal that it overtakes is made again.
     */
    void login(
            ManagedAccount target,
            IamAnswer answer,
            @Nullable Secret presented,
            Supplier<StoredSession> base,
            long nanos) {
        try {
            take(target, answer, presented, base.get(), nanos);
        } catch (SessionSuperseded overtaken) {
            reload(target);
            session(target, answer, presented, base, nanos);
        }
    }

    private void reload(ManagedAccount account) {
        try {
            StoredSession there = store.load(account.name());
            String login = account.account().login().word();
            account.store(
                    there != null && there.login().equals(login)
                            ? there
                            : ManagedAccount.emptySession(account.account().login()));
        } catch (StoreFailure e) {
            throw new RenewalFailure.Transient(e.getMessage(), null, null);
        }
    }

    private void take(
            ManagedAccount target, IamAnswer answer, @Nullable Secret presented, StoredSession base, long nanos) {
        IssuedToken access = answer.access();
        if (access == null) {
            throw new RenewalFailure.Transient("IAM answered without an access token", null, null);
        }
        Identities.judge(target, base, access.claims());
        judgeAccount(target, base, answer, presented);
        List<Token> tokens = new ArrayList<>();
        addUsable(tokens, token(target, TokenKind.ACCESS, access, answer, nanos));
        boolean isServed = !tokens.isEmpty();
        if (answer.uaa() != null) {
            addUsable(tokens, token(target, TokenKind.UAA, answer.uaa(), answer, nanos));
        }
        StoredSession session = continued(base, target.account().accountId(), answer, presented);
        Instant ends = answer.refreshTokenExpiresAt();
        if (ends != null) {
            events.refreshTokenExpires(target.name(), ends);
        }
        keeping.commit(target, session, tokens, answer.refreshToken() != null && presented != null);
        if (access.claims() != null) {
            target.isUsedBy(access.claims().user());
        }
        if (!isServed) {
            throw overOnArrival(TokenKind.ACCESS);
        }
    }

    /** A token that is over when it arrives would displace a good one, and be due again at once, for ever. */
    private void addUsable(List<Token> tokens, Token token) {
        if (token.isUsable(time)) {
            tokens.add(token);
        }
    }

    private static RenewalFailure overOnArrival(TokenKind kind) {
        return new RenewalFailure.Transient(
                "IAM answered with a token of kind " + kind.word() + " that is over already", null, null);
    }

    /**
     * Takes in an ID token minted for the client {@code kube}; the session itself is untouched by it.
     *
     * @param issuers those that clusters take
     */
    void kube(ManagedAccount target, IamAnswer answer, TokenIssuers issuers, long nanos) {
        IssuedToken id = answer.id();
        if (id == null) {
            throw new RenewalFailure.Refused("IAM answered without an ID token for the client kube", null);
        }
        Identities.judgeKube(target, id.claims());
        new ClusterToken(target.account(), issuers, answeredAt(answer)).judge(id.claims());
        Token token = token(target, TokenKind.KUBE, id, answer, nanos);
        if (!token.isUsable(time)) {
            throw overOnArrival(TokenKind.KUBE);
        }
        try {
            keeping.commit(target, target.owner().stored(), List.of(token), false);
        } catch (SessionSuperseded e) {
            throw Keeping.isVoid(e);
        }
    }

    /** When IAM answered, by its own clock: the access token that comes along was issued then. */
    private static @Nullable Instant answeredAt(IamAnswer answer) {
        Claims claims = answer.access() == null ? null : answer.access().claims();
        return claims == null ? null : claims.issuedAt();
    }

    /** Takes in a token of an OpenShift cluster; the session itself is untouched by it. */
    void openShift(ManagedAccount target, String cluster, OpenShiftToken issued, long nanos) {
        Token token = new Token(
                TokenKey.ofCluster(target.name(), cluster),
                issued.value(),
                issued.scope(),
                issued.requestedAt().plus(issued.life()),
                new Lifetime(issued.requestedAt(), nanos, uptimeAt(nanos), issued.life()),
                schedule.refreshAfter(issued.life()));
        if (!token.isUsable(time)) {
            throw new RenewalFailure.Transient(
                    "the OAuth server of cluster " + cluster + " answered with a token that is over already",
                    null,
                    null);
        }
        if (store.isShared()) {
            // Each broker has its own of them: they are not worth a word to the others.
            keeping.release(List.of(token));
        } else {
            keeping.commit(target, target.owner().stored(), List.of(token), false);
        }
    }

    /**
     * The refresh tokens to try in turn, each once: the newest, the one on disk where that is another, the one before the
     * newest. The disk is read only when the newest was refused.
     */
    Iterable<Secret> knownRefreshTokens(ManagedAccount owner) {
        if (store.isShared()) {
            // Nothing is older for want of a disk: whoever used the newest left word of it. An older one is used up.
            Secret newest = owner.stored().refreshToken();
            return newest == null ? List.of() : List.of(newest);
        }
        return () -> new KnownRefreshTokens(owner.stored(), () -> store.load(owner.name()));
    }

    /** IAM's clock now, as far as it is known. */
    Instant iamsTime() {
        return time.now().plus(skew.median());
    }

    /** Whether somebody asks for UAA tokens and none is there. */
    boolean lacksUaa(ManagedAccount account) {
        return account.isUaaUsed() && cache.usable(new TokenKey(account.name(), TokenKind.UAA)) == null;
    }

    /** Puts what is still good of a session that was found in the store into the cache. */
    void resume(ManagedAccount account) {
        String expected = Identities.expected(account);
        String actual = account.owner().stored().iamId();
        if (expected != null
                && !expected.equals(actual)
                && !account.stored().tokens().isEmpty()) {
            log.warn(
                    "the kept tokens are not served: {}",
                    Identities.somebodyElse(account, expected, actual).getMessage());
            return;
        }
        for (StoredToken kept : account.stored().tokens()) {
            if (kept.cluster() != null) {
                account.openShiftKept(kept.cluster());
            }
            Lifetime lifetime = Lifetime.resumed(kept, time);
            if (lifetime == null) {
                log.warn(
                        "the kept {} token of account {} was acquired at {}, which is yet to come: it is not served;"
                                + " the clock was set back, and the token is renewed",
                        kept.kind().word(),
                        account.name(),
                        kept.acquiredAt());
                continue;
            }
            TokenKey key = new TokenKey(account.name(), kept.kind(), kept.cluster());
            if (isOutdated(kept, key)) {
                continue;
            }
            Token token = new Token(
                    key,
                    kept.value(),
                    kept.scope(),
                    kept.expiresAt(),
                    lifetime,
                    isOfIam(kept) ? schedule.refreshAfter(lifetime, time) : schedule.refreshAfter(kept.life()));
            if (token.isUsable(time)) {
                keeping.release(List.of(token));
            }
        }
    }

    /** One that was renewed here while others could not be told is better than theirs. */
    private boolean isOutdated(StoredToken kept, TokenKey key) {
        Token cached = cache.usable(key);
        // Ends are in whole seconds: the next of the same second ends with the one before it.
        return cached != null
                && (kept.expiresAt().isBefore(cached.expiresAt())
                        || kept.value().matches(cached.value()));
    }

    private static boolean isOfIam(StoredToken kept) {
        return kept.cluster() == null && kept.kind() != TokenKind.UAA;
    }

    private Token token(ManagedAccount target, TokenKind kind, IssuedToken issued, IamAnswer answer, long nanos) {
        Lifetime lifetime = new Lifetime(answer.requestedAt(), nanos, uptimeAt(nanos), issued.life());
        return new Token(
                new TokenKey(target.name(), kind),
                issued.value(),
                answer.scope(),
                issued.expiresAt(),
                lifetime,
                refreshAfter(target, kind, lifetime, answer));
    }

    private @Nullable Uptime uptimeAt(long nanos) {
        Uptime now = time.uptime();
        return now == null ? null : new Uptime(now.boot(), now.elapsed().minusNanos(time.nanos() - nanos));
    }

    private Duration refreshAfter(ManagedAccount target, TokenKind kind, Lifetime lifetime, IamAnswer answer) {
        if (kind == TokenKind.UAA) {
            // It comes with the access token, which is what is planned.
            return schedule.refreshAfter(lifetime.life());
        }
        Instant ends = answer.refreshTokenExpiresAt();
        if (kind != TokenKind.ACCESS
                || ends == null
                || target.owner().account().login().renewsByCredential()) {
            return schedule.refreshAfter(lifetime, time);
        }
        Instant requestedByIam = answer.requestedAt().plus(skew.median());
        return schedule.refreshAfter(lifetime, Duration.between(requestedByIam, ends), time);
    }

    private StoredSession continued(
            StoredSession base, @Nullable String boundTo, IamAnswer answer, @Nullable Secret presented) {
        Secret rotated = answer.refreshToken();
        Secret newest = rotated != null ? rotated : presented;
        Instant ends = answer.refreshTokenExpiresAt();
        return new StoredSession(
                base.login(),
                newest,
                rotated != null ? presented : base.previousRefreshToken(),
                ends != null || rotated != null ? ends : base.refreshTokenExpiresAt(),
                boundTo,
                iamId(base, answer),
                base.importedFingerprint(),
                false,
                base.tokens());
    }

    private static @Nullable String iamId(StoredSession base, IamAnswer answer) {
        IssuedToken access = answer.access();
        Claims claims = access == null ? null : access.claims();
        return claims == null || claims.iamId() == null ? base.iamId() : claims.iamId();
    }

    /** Nor one that resolves to another account; but its session is the same one, and its next refresh token is kept. */
    private void judgeAccount(ManagedAccount target, StoredSession base, IamAnswer answer, @Nullable Secret presented) {
        IssuedToken access = answer.access();
        Claims claims = access == null ? null : access.claims();
        String expected = target.account().accountId();
        String actual = claims == null ? null : claims.accountId();
        if (expected == null || actual == null || expected.equalsIgnoreCase(actual)) {
            return;
        }
        if (presented != null && answer.refreshToken() != null) {
            keeping.commit(target, continued(base, actual, answer, presented), List.of(), true);
        }
        throw Identities.anotherAccount(target.account(), actual);
    }
}
