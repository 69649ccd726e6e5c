package dev.iambroker.token;

import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.ClockSkew;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How long callers are served, and how long a login lasts, if IAM stays down from now on. True rather than cautious: a
 * token that nobody uses, and that is not kept, shortens nothing. Thread-safe; asks memory only.
 */
final class Runway {
    private final TokenCache cache;
    private final Standings standings;
    private final RefreshSchedule schedule;
    private final LockState lock;
    private final ClockSkew skew;
    private final Time time;

    Runway(TokenCache cache, Standings standings, RefreshSchedule schedule, LockState lock, ClockSkew skew, Time time) {
        this.cache = cache;
        this.standings = standings;
        this.schedule = schedule;
        this.lock = lock;
        this.skew = skew;
        this.time = time;
    }

    /** Until the first caller fails; zero where one would fail now, null for an account that is not to serve. */
    @Nullable
    Duration ofCallers(ManagedAccount account) {
        if (account.isDisabled() || lock.isClosed()) {
            return null;
        }
        Duration runway = served(account, TokenKind.ACCESS);
        if (isKubeAtStake(account)) {
            runway = smaller(runway, served(account, TokenKind.KUBE));
        }
        if (account.isUaaUsed() && cached(account, TokenKind.UAA) != null) {
            runway = smaller(runway, served(account, TokenKind.UAA));
        }
        for (TokenKey key : openShiftsAtStake(account)) {
            runway = smaller(runway, served(key));
        }
        return runway;
    }

    /**
     * The tokens of OpenShift clusters that are cached and were asked for lately. One that is not cached shortens nothing:
     * it comes of a server of its own, and says nothing of IAM.
     */
    List<TokenKey> openShiftsAtStake(ManagedAccount account) {
        return account.openShiftKeys().stream()
                .filter(key -> account.usedWithin(key, schedule.keepWarm().toNanos(), time.nanos()))
                .filter(key -> cache.usable(key) != null)
                .toList();
    }

    /** Callers are served down to the floor, so that is when the first one fails. */
    Duration served(ManagedAccount account, TokenKind kind) {
        return served(new TokenKey(account.name(), kind));
    }

    Duration served(TokenKey key) {
        Token token = cache.usable(key);
        return token == null ? Duration.ZERO : token.left(time).minus(token.floor());
    }

    private @Nullable Token cached(ManagedAccount account, TokenKind kind) {
        return cache.usable(new TokenKey(account.name(), kind));
    }

    /**
     * Whether somebody used kube tokens lately who has one, or would have one if IAM were up. One that IAM refuses was
     * never to be had, and one that is dropped is minted when somebody asks.
     */
    boolean isKubeAtStake(ManagedAccount account) {
        if (!account.kubeUsedWithin(schedule.keepWarm().toNanos(), time.nanos())) {
            return false;
        }
        Standings.Standing standing = standings.of(new TokenKey(account.name(), TokenKind.KUBE));
        return cached(account, TokenKind.KUBE) != null || (standing != null && !standing.isPermanent());
    }

    /**
     * Until the login itself ends; zero once it has. Null where it can begin anew by itself, where there is none, and
     * where IAM did not say.
     */
    @Nullable
    Duration ofLogin(ManagedAccount account) {
        ManagedAccount owner = account.owner();
        if (account.isDisabled()
                || lock.isClosed()
                || beginsAnew(owner.account().login())) {
            return null;
        }
        if (account.dead() != null) {
            return owner.stored().iamId() == null ? null : Duration.ZERO;
        }
        Instant ends = owner.stored().refreshTokenExpiresAt();
        if (owner.stored().refreshToken() == null || ends == null) {
            return null;
        }
        Duration left = Duration.between(time.now().plus(skew.median()), ends);
        return left.isPositive() ? left : Duration.ZERO;
    }

    /** Whether the broker can log in again with what is configured once a session is over. */
    private static boolean beginsAnew(Login login) {
        return switch (login) {
            case Login.ApiKey l -> true;
            case Login.Password l -> true;
            case Login.ComputeResource l -> true;
            case Login.Passcode l -> false;
            case Login.RefreshToken l -> false;
            case Login.Shared l -> beginsAnew(l.ofOwner());
        };
    }

    private static Duration smaller(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
