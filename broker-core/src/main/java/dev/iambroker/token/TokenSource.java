package dev.iambroker.token;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The serve rule: a good token is answered at once, a due one is answered and renewed behind the caller's back, and
 * only a caller whose wish the cache cannot fulfil waits for IAM, as long as it said. Whatever fails, a token above the
 * floor is better than an error. Thread-safe.
 */
final class TokenSource {
    /** A reload or a purge may drop what a flight brought before the one who waited for it has looked. */
    private static final int ATTEMPTS = 3;

    private static final String IAM = "IAM has";

    private final TokenCache cache;
    private final TokenRefresher refresher;
    private final Outcomes outcomes;
    private final RefreshSchedule schedule;
    private final Time time;

    TokenSource(TokenCache cache, TokenRefresher refresher, Outcomes outcomes, RefreshSchedule schedule, Time time) {
        this.cache = cache;
        this.refresher = refresher;
        this.outcomes = outcomes;
        this.schedule = schedule;
        this.time = time;
    }

    /**
     * The token if it can be had without waiting, null if a flight must be waited for. Never blocks.
     *
     * @throws RenewalFailure if it is known that waiting would not help
     */
    @Nullable
    Token immediate(ManagedAccount account, TokenKey key, Duration minTtl) {
        noteUse(account, key);
        return switch (cache.lookup(key, minTtl)) {
            case Lookup.Fresh fresh -> fresh.token();
            case Lookup.Due due -> {
                refresher.renewBehind(account, due.token());
                yield due.token();
            }
            case Lookup.Absent absent -> settled(account, key, absent.spare());
        };
    }

    /**
     * The token, waiting for IAM up to {@code patience}.
     *
     * @throws RenewalFailure if there is none
     */
    Token token(ManagedAccount account, TokenKey key, Duration minTtl, Duration patience) {
        Token immediate = immediate(account, key, minTtl);
        return immediate != null ? immediate : renewed(account, key, patience);
    }

    /**
     * A usable token whose etag is not {@code after} and that has {@code minTtl} left, as soon as there is one; null when {@code patience} ran out.
     * A failing renewal is waited through: the next attempt may succeed in time.
     *
     * @param isWorthwhile whether there can be another token at all; asked again after {@link TokenCache#wakeWaiting}
     */
    @Nullable
    Token next(TokenKey key, String after, Duration minTtl, Duration patience, BooleanSupplier isWorthwhile) {
        long end = time.nanos() + patience.toNanos();
        while (true) {
            CompletableFuture<@Nullable Void> put = cache.nextPut(key);
            Token token = cache.usable(key);
            if (token != null && !token.etag().equals(after) && token.fulfils(minTtl, time)) {
                return token;
            }
            Duration left = Duration.ofNanos(end - time.nanos());
            if (!isWorthwhile.getAsBoolean() || !left.isPositive() || await(put, left, IAM) != null) {
                return null;
            }
        }
    }

    /** The spare or the failure that a caller gets without a flight; null where a flight makes sense. */
    private @Nullable Token settled(ManagedAccount account, TokenKey key, @Nullable Token spare) {
        if (spare != null && schedule.isTooYoung(spare, time)) {
            return spare;
        }
        RenewalFailure blocking = refresher.blocking(account, key.renewedAs());
        if (blocking == null && !key.equals(key.renewedAs())) {
            // A token without a grant of its own has a reason of its own not to be there.
            blocking = refresher.standings().blocking(key, time);
        }
        if (blocking == null) {
            return null;
        }
        if (spare != null) {
            return spare;
        }
        throw blocking;
    }

    private Token renewed(ManagedAccount account, TokenKey key, Duration patience) {
        long end = time.nanos() + patience.toNanos();
        for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
            CompletableFuture<@Nullable Void> flight = flight(account, key);
            Duration left = Duration.ofNanos(Math.max(0, end - time.nanos()));
            RenewalFailure failure = await(flight, left, whoIsAsked(account, key));
            Token token = cache.usable(key);
            if (token != null) {
                return token;
            }
            if (failure != null) {
                throw failure;
            }
            if (!key.equals(key.renewedAs())) {
                throw outcomes.cameWithout(key);
            }
        }
        throw missing(key);
    }

    private CompletableFuture<@Nullable Void> flight(ManagedAccount account, TokenKey key) {
        return cache.usable(key) == null
                ? refresher.flyAwaited(account, key.renewedAs())
                : refresher.fly(account, key.renewedAs());
    }

    /**
     * The renewal that {@link #token} would wait for: it is begun, or joined. Null where the token is there by now, and for one
     * that has no grant of its own, and so reasons of its own not to come. Never blocks.
     *
     * @throws RenewalFailure if it is known that waiting would not help
     */
    @Nullable
    PendingRenewal pending(ManagedAccount account, TokenKey key, Duration minTtl) {
        boolean isToBeWaitedFor = key.equals(key.renewedAs()) && immediate(account, key, minTtl) == null;
        return isToBeWaitedFor
                ? new PendingRenewal(flight(account, key), whoIsAsked(account, key), () -> cache.usable(key))
                : null;
    }

    /** A renewal that was asked for by name: its failure is told although the old token stays. */
    void renewNow(ManagedAccount account, TokenKey key, Duration patience) {
        RenewalFailure failure = refresher.blocking(account, key);
        if (failure == null) {
            failure = await(refresher.fly(account, key), patience, whoIsAsked(account, key));
        }
        if (failure != null) {
            throw failure;
        }
    }

    /**
     * Waits without ever cancelling: others wait for the same flight.
     *
     * @param asked who has not answered where it takes longer, and its verb
     */
    static @Nullable RenewalFailure await(CompletableFuture<@Nullable Void> flight, Duration patience, String asked) {
        try {
            flight.get(patience.toNanos(), TimeUnit.NANOSECONDS);
            return null;
        } catch (TimeoutException e) {
            return stillWaiting(patience, asked);
        } catch (ExecutionException e) {
            return (RenewalFailure) e.getCause();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new RenewalFailure.StillWaiting("the broker is stopping");
        }
    }

    static RenewalFailure stillWaiting(Duration patience, String asked) {
        return new RenewalFailure.StillWaiting(
                asked + " not answered within " + patience.plusMillis(999).toSeconds() + " s");
    }

    private String whoIsAsked(ManagedAccount account, TokenKey key) {
        if (!refresher.isOursWhenAsked(account, key)) {
            return "the member of the fleet that renews it has";
        }
        return key.cluster() == null ? IAM : "IAM and the OpenShift cluster have";
    }

    private void noteUse(ManagedAccount account, TokenKey key) {
        switch (key.kind()) {
            case ACCESS -> {}
            case KUBE -> noteKubeUse(account, key);
            case UAA -> account.uaaUsed();
        }
    }

    /** Of a cluster's own token it is noted where its key is had, along with where the cluster is. */
    private void noteKubeUse(ManagedAccount account, TokenKey key) {
        if (key.cluster() == null) {
            account.kubeUsed(time.nanos());
        }
    }

    private static RenewalFailure missing(TokenKey key) {
        return new RenewalFailure.Refused("IAM answered without a " + key.kind().word() + " token", null);
    }
}
