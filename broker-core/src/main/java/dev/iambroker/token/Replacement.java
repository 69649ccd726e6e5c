package dev.iambroker.token;

import dev.iambroker.account.TokenKind;
import dev.iambroker.store.SessionStore;
import dev.iambroker.store.StoreFailure;
import dev.iambroker.store.StoredSession;
import java.time.Duration;
import java.util.function.Consumer;

/** Replaces tokens before their time, as a person or a program commands. Thread-safe. */
final class Replacement {
    private final Accounts accounts;
    private final SessionHold hold;
    private final SessionStore store;
    private final TokenCache cache;
    private final RefreshQueue queue;
    private final RefreshSchedule schedule;
    private final TokenRefresher refresher;
    private final TokenSource source;
    private final Consumer<ManagedAccount> drop;
    private final Time time;

    /** @param drop drops an account's tokens */
    Replacement(
            Accounts accounts,
            SessionHold hold,
            SessionStore store,
            TokenCache cache,
            RefreshQueue queue,
            RefreshSchedule schedule,
            TokenRefresher refresher,
            TokenSource source,
            Consumer<ManagedAccount> drop,
            Time time) {
        this.accounts = accounts;
        this.hold = hold;
        this.store = store;
        this.cache = cache;
        this.queue = queue;
        this.schedule = schedule;
        this.refresher = refresher;
        this.source = source;
        this.drop = drop;
        this.time = time;
    }

    /**
     * Drops what is cached and stored of tokens; the login stays. The access token is renewed shortly after.
     *
     * @throws RenewalFailure.Transient if that cannot be written; nothing is dropped then
     */
    void purge(ManagedAccount account) {
        try {
            hold.hold(account, () -> dropTokens(account));
        } catch (StoreFailure e) {
            throw SessionHold.notWritten(e);
        }
        if (account.dead() == null && !account.isDisabled()) {
            queue.plan(
                    new TokenKey(account.name(), TokenKind.ACCESS),
                    time.nanos() + schedule.minInterval().toNanos());
        }
        accounts.announce(account, refresher);
    }

    private void dropTokens(ManagedAccount account) {
        StoredSession next = account.stored().withoutTokens();
        store.save(account.name(), next);
        account.store(next);
        account.keepKubeRefreshToken(null);
        drop.accept(account);
    }

    /** Renews the access token and warm kube tokens now, unless they are younger than the least interval. */
    void refresh(ManagedAccount account, Duration patience) {
        unlessTooYoung(account, new TokenKey(account.name(), TokenKind.ACCESS), patience);
        for (TokenKey key : account.keys()) {
            if (key.kind() == TokenKind.KUBE && isWarm(account, key)) {
                unlessTooYoung(account, key, patience);
            }
        }
    }

    /** Of a cluster's kept token that nobody asked for yet it is not known where to renew it. */
    private boolean isWarm(ManagedAccount account, TokenKey key) {
        boolean canBeRenewed = key.cluster() == null || account.openShift(key.cluster()) != null;
        return canBeRenewed && cache.usable(key) != null;
    }

    /** Renews one token, but one within the least interval is left alone: who refuses that one refuses the next. */
    void unlessTooYoung(ManagedAccount account, TokenKey key, Duration patience) {
        Token cached = cache.usable(key);
        if (cached == null || !schedule.isTooYoung(cached, time)) {
            source.renewNow(account, key, patience);
        }
    }
}
