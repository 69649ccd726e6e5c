package dev.iambroker.token;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import dev.iambroker.fleet.Duty;
import dev.iambroker.fleet.Ending;
import dev.iambroker.fleet.Renewers;
import dev.iambroker.fleet.Wish;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Which renewals are this broker's to make, and who waits here for one that is another's. A broker that is alone makes
 * all of them. Thread-safe.
 */
final class Duties {
    /**
     * When a plan is looked at again that is another's to carry out. What it brings arrives by itself; this is for what does
     * not, and for ten thousand accounts at once while IAM is away.
     */
    static final Duration LOOK_AGAIN = Duration.ofSeconds(15);

    /** A token in use is asked for at every request. */
    private static final Duration BETWEEN_WISHES = Duration.ofSeconds(5);

    private static final Duration BETWEEN_FORCED = Duration.ofSeconds(1);

    private static final Duration UNTIL_IN_REACH = Duration.ofSeconds(5);

    private final Renewers renewers;
    private final TokenCache cache;
    private final Time time;
    private final Map<TokenKey, CompletableFuture<@Nullable Void>> awaited = new ConcurrentHashMap<>();

    /** When each wish was sent last, by the monotonic clock. */
    private final Map<Wish, Long> wished = new ConcurrentHashMap<>();

    Duties(Renewers renewers, TokenCache cache, Time time) {
        this.renewers = renewers;
        this.cache = cache;
        this.time = time;
    }

    /** Whether this broker renews {@code key} now. Tokens of OpenShift clusters are each broker's own. */
    boolean isOurs(ManagedAccount account, TokenKey key) {
        return key.cluster() != null
                || switch (dutyOf(account)) {
                    case OURS -> true;
                    case ANOTHERS -> false;
                    case ADRIFT -> mayDrift(account) && hasWaited(key);
                };
    }

    /**
     * Whether this broker renews {@code key} for somebody who wants another token than the good one that is there: where
     * nobody else can be asked, there is nothing to wait for.
     */
    boolean isOursWhenAsked(ManagedAccount account, TokenKey key) {
        return key.cluster() != null
                || switch (dutyOf(account)) {
                    case OURS -> true;
                    case ANOTHERS -> false;
                    case ADRIFT -> mayDrift(account);
                };
    }

    /** Keeps whose duty it is as it is until {@link #release}; false where it is being handed over. */
    boolean hold(ManagedAccount account) {
        return renewers.hold(account.owner().name());
    }

    void release(ManagedAccount account) {
        renewers.release(account.owner().name());
    }

    /** Whether others have renewed the login, or ended it, and that has yet to be taken in here. */
    boolean isBehind(ManagedAccount account) {
        return renewers.isBehind(account.owner().name()) || renewers.isBehind(account.name());
    }

    /** Whether another broker renews {@code key} now. */
    boolean isAnothers(ManagedAccount account, TokenKey key) {
        return key.cluster() == null && dutyOf(account) == Duty.ANOTHERS;
    }

    private Duty dutyOf(ManagedAccount account) {
        return renewers.duty(account.owner().name());
    }

    /** A renewal by credential uses nothing up; at worst several brokers make it. */
    private static boolean mayDrift(ManagedAccount account) {
        return account.owner().account().login().renewsByCredential();
    }

    /** For half of what was left when the others went out of reach: they may come back, and then one renews for all. */
    private boolean hasWaited(TokenKey key) {
        Token token = cache.usable(key);
        return token == null || renewers.adrift().compareTo(token.left(time)) >= 0;
    }

    /** Why nobody may renew the account's tokens now; null where somebody may. */
    RenewalFailure.@Nullable Transient withheld(ManagedAccount account) {
        return withheld(account, ": the login is renewed once it answers");
    }

    /** As {@link #withheld(ManagedAccount)}, for who logs in. */
    RenewalFailure.@Nullable Transient withheldLogin(ManagedAccount account) {
        return withheld(account, ", and a login would be this broker's alone: it has to answer first");
    }

    private RenewalFailure.@Nullable Transient withheld(ManagedAccount account, String soThat) {
        return dutyOf(account) == Duty.ADRIFT && !mayDrift(account)
                ? new RenewalFailure.Transient(
                        "the state that the fleet shares is out of reach for "
                                + renewers.adrift().toSeconds() + " s" + soThat,
                        null,
                        UNTIL_IN_REACH)
                : null;
    }

    /**
     * What another's renewal brings here.
     *
     * @param isForced although a good token is there
     */
    CompletableFuture<@Nullable Void> arrival(TokenKey key, boolean isForced) {
        CompletableFuture<@Nullable Void> put = cache.nextPut(key);
        if (!isForced && cache.usable(key) != null) {
            return CompletableFuture.completedFuture(null);
        }
        wish(key, isForced);
        return arrival(key, put);
    }

    /** As {@link #arrival(TokenKey, boolean)} where it comes without a wish. */
    CompletableFuture<@Nullable Void> arrival(TokenKey key) {
        return arrival(key, cache.nextPut(key));
    }

    private CompletableFuture<@Nullable Void> arrival(TokenKey key, CompletableFuture<@Nullable Void> put) {
        CompletableFuture<@Nullable Void> arrival = new CompletableFuture<>();
        CompletableFuture<@Nullable Void> before = awaited.putIfAbsent(key, arrival);
        if (before != null) {
            // Nothing more to hang on to what may not come for hours, however many ask.
            return before;
        }
        var unused = put.thenRun(() -> {
            awaited.remove(key, arrival);
            arrival.complete(null);
        });
        return arrival;
    }

    /** Has the renewer know that {@code key} is in use here. */
    void wish(TokenKey key, boolean isForced) {
        Wish wish = new Wish(key.account(), key.kind(), isForced);
        long now = time.nanos();
        Long last = wished.get(wish);
        Duration between = isForced ? BETWEEN_FORCED : BETWEEN_WISHES;
        if (last == null || now - last >= between.toNanos()) {
            wished.put(wish, now);
            renewers.wish(wish);
        }
    }

    /** Only these accounts are there from now on. */
    void keepOnly(Set<AccountName> accounts) {
        wished.keySet().removeIf(wish -> !accounts.contains(wish.account()));
    }

    /** Who waits for {@code key} to arrive, no longer as far as this is concerned; null where nobody does. */
    @Nullable
    CompletableFuture<@Nullable Void> takeWaiting(TokenKey key) {
        return awaited.remove(key);
    }

    void disappoint(TokenKey key, RenewalFailure failure) {
        CompletableFuture<@Nullable Void> waiting = takeWaiting(key);
        if (waiting != null) {
            waiting.completeExceptionally(failure);
        }
    }

    void disappoint(RenewalFailure failure) {
        awaited.keySet().forEach(key -> disappoint(key, failure));
    }

    void ended(AccountName account, TokenKind kind, RenewalFailure failure) {
        Ending.Reason reason = reasonOf(failure);
        if (reason != null) {
            renewers.tell(account, kind, new Ending(reason, failure.getMessage(), failure.iamCode(), time.now()));
        }
    }

    void works(AccountName account, TokenKind kind) {
        renewers.tell(account, kind, null);
    }

    private static Ending.@Nullable Reason reasonOf(RenewalFailure failure) {
        return switch (failure) {
            case RenewalFailure.LoginRequired e -> Ending.Reason.LOGIN_REQUIRED;
            case RenewalFailure.IdentityMismatch e -> Ending.Reason.IDENTITY_MISMATCH;
            case RenewalFailure.Refused e -> Ending.Reason.REFUSED;
            case RenewalFailure.ClusterRefused e -> null;
            case RenewalFailure.Disabled e -> null;
            case RenewalFailure.Locked e -> null;
            case RenewalFailure.StillWaiting e -> null;
            case RenewalFailure.Transient e -> null;
        };
    }

    /** {@code ending} as this broker's callers are told. */
    static RenewalFailure failure(Ending ending) {
        return switch (ending.reason()) {
            case LOGIN_REQUIRED -> new RenewalFailure.LoginRequired(ending.message(), ending.iamCode());
            case IDENTITY_MISMATCH -> new RenewalFailure.IdentityMismatch(ending.message());
            case REFUSED -> new RenewalFailure.Refused(ending.message(), ending.iamCode());
        };
    }
}
