package dev.iambroker.token;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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
    private final RefreshQueue queue;
    private final RefreshSchedule schedule;
    private final ClockSkew skew;
    private final Time time;
    private final BrokerEvents events;
    private final Consumer<AccountName> unshared;

    /** @param unshared told of every login whose answer is served here although it could not be shared */
    Intake(
            SessionStore store,
            TokenCache cache,
            RefreshQueue queue,
            RefreshSchedule schedule,
            ClockSkew skew,
            Time time,
            BrokerEvents events,
            Consumer<AccountName> unshared) {
        this.store = store;
        this.cache = cache;
        this.queue = queue;
        this.schedule = schedule;
        this.skew = skew;
        this.time = time;
        this.events = events;
        this.unshared = unshared;
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
            throw isVoid(e);
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
        judgeIdentity(target, base, access.claims());
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
        commit(target, session, tokens, answer.refreshToken() != null && presented != null);
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
        judgeKubeIdentity(target, id.claims());
        new ClusterToken(target.account(), issuers, answeredAt(answer)).judge(id.claims());
        Token token = token(target, TokenKind.KUBE, id, answer, nanos);
        if (!token.isUsable(time)) {
            throw overOnArrival(TokenKind.KUBE);
        }
        try {
            commit(target, target.owner().stored(), List.of(token), false);
        } catch (SessionSuperseded e) {
            throw isVoid(e);
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
            release(List.of(token));
        } else {
            commit(target, target.owner().stored(), List.of(token), false);
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

    private void commit(ManagedAccount target, StoredSession session, List<Token> tokens, boolean rotated) {
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
        return session.refreshToken() != owner.stored().refreshToken() && !isRenewedByCredential(owner);
    }

    /** The answer continues a session that is no more: nothing of it may be kept, and what is there instead arrives. */
    private static RenewalFailure.Transient isVoid(SessionSuperseded failure) {
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

    private void release(List<Token> tokens) {
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

    /** Puts what is still good of a session that was found in the store into the cache. */
    void resume(ManagedAccount account) {
        String expected = expectedIamId(account);
        String actual = account.owner().stored().iamId();
        if (expected != null
                && !expected.equals(actual)
                && !account.stored().tokens().isEmpty()) {
            log.warn(
                    "the kept tokens are not served: {}",
                    somebodyElse(account, expected, actual).getMessage());
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
                release(List.of(token));
            }
        }
    }

    /** One that was renewed here while others could not be told is better than theirs. */
    private boolean isOutdated(StoredToken kept, TokenKey key) {
        Token cached = cache.usable(key);
        return cached != null && !kept.expiresAt().isAfter(cached.expiresAt());
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
        if (kind != TokenKind.ACCESS || ends == null || isRenewedByCredential(target)) {
            return schedule.refreshAfter(lifetime, time);
        }
        Instant requestedByIam = answer.requestedAt().plus(skew.median());
        return schedule.refreshAfter(lifetime, Duration.between(requestedByIam, ends), time);
    }

    private static boolean isRenewedByCredential(ManagedAccount account) {
        return account.owner().account().login().renewsByCredential();
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
        return new StoredSession(
                session.login(),
                session.refreshToken(),
                session.previousRefreshToken(),
                session.refreshTokenExpiresAt(),
                session.boundAccountId(),
                session.iamId(),
                session.importedFingerprint(),
                session.disabled(),
                List.copyOf(kept.values()));
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

    /** An alias that resolves to somebody else must never be served. */
    private static void judgeIdentity(ManagedAccount target, StoredSession base, @Nullable Claims claims) {
        String iamId = claims == null ? null : claims.iamId();
        String expected = expectedIamId(target);
        if (expected != null && !expected.equals(iamId)) {
            throw somebodyElse(target, expected, iamId);
        }
        String pinned = base.iamId();
        if (pinned != null && iamId != null && !pinned.equals(iamId)) {
            throw new RenewalFailure.IdentityMismatch("account \"" + target.name() + "\" belongs to " + pinned
                    + ", and IAM answered for " + iamId + ": run 'iam-broker logout "
                    + target.owner().name()
                    + "' first if that is meant");
        }
    }

    /** A shared login has one identity, whichever of its accounts says who that is. */
    private static @Nullable String expectedIamId(ManagedAccount target) {
        String own = target.account().expectedIamId();
        return own != null ? own : target.owner().account().expectedIamId();
    }

    private static RenewalFailure.IdentityMismatch somebodyElse(
            ManagedAccount target, String expected, @Nullable String actual) {
        return new RenewalFailure.IdentityMismatch("account \"" + target.name() + "\" has expect-iam-id " + expected
                + ", and IAM answered for " + (actual == null ? "nobody that it names" : actual)
                + ": correct expect-iam-id, or log in as the one that it names");
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
            commit(target, continued(base, actual, answer, presented), List.of(), true);
        }
        throw anotherAccount(target.account(), actual);
    }

    /** ID tokens may leave out whose they are: the session that they come of was judged by its access token. */
    private static void judgeKubeIdentity(ManagedAccount target, @Nullable Claims claims) {
        if (claims != null && claims.iamId() != null) {
            judgeIdentity(target, target.owner().stored(), claims);
        }
    }

    static RenewalFailure.IdentityMismatch anotherAccount(Account account, String actual) {
        return new RenewalFailure.IdentityMismatch("account \"" + account.name() + "\" has account-id "
                + account.accountId() + ", and IAM answered for account "
                + (actual.isEmpty() ? "none" : actual) + ": correct account-id or use a login of that account");
    }
}
