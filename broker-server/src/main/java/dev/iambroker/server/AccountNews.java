package dev.iambroker.server;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.event.BrokerEvents;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** Passes all events on, and says beside them of which account a client might get something else now. Thread-safe. */
final class AccountNews implements BrokerEvents {
    private final BrokerEvents events;
    private volatile Consumer<AccountName> reader = account -> {};
    private volatile Consumer<AccountName> onDrop = account -> {};
    private volatile Runnable onClockJump = () -> {};

    AccountNews(BrokerEvents events) {
        this.events = events;
    }

    /**
     * All are called under locks of the broker and must not block.
     *
     * @param newOnDrop hears of accounts whose tokens were dropped, the others of everything else
     */
    void tell(Consumer<AccountName> newReader, Consumer<AccountName> newOnDrop, Runnable newOnClockJump) {
        reader = newReader;
        onDrop = newOnDrop;
        onClockJump = newOnClockJump;
    }

    @Override
    public void refreshed(AccountName account, TokenKind kind, Outcome outcome) {
        events.refreshed(account, kind, outcome);
    }

    @Override
    public void coalesced(AccountName account, TokenKind kind) {
        events.coalesced(account, kind);
    }

    @Override
    public void tokenCached(AccountName account, TokenKind kind, Instant expiresAt) {
        events.tokenCached(account, kind, expiresAt);
        reader.accept(account);
    }

    @Override
    public void tokenDropped(AccountName account, TokenKind kind) {
        events.tokenDropped(account, kind);
        onDrop.accept(account);
    }

    @Override
    public void clusterTokenCached(AccountName account, String cluster, Instant expiresAt) {
        events.clusterTokenCached(account, cluster, expiresAt);
        reader.accept(account);
    }

    @Override
    public void clusterTokenDropped(AccountName account, String cluster) {
        events.clusterTokenDropped(account, cluster);
        onDrop.accept(account);
    }

    @Override
    public void refreshTokenExpires(AccountName account, Instant expiresAt) {
        events.refreshTokenExpires(account, expiresAt);
    }

    @Override
    public void stateChanged(AccountName account, AccountState from, AccountState to) {
        events.stateChanged(account, from, to);
        reader.accept(account);
    }

    @Override
    public void storeWritten(boolean success) {
        events.storeWritten(success);
    }

    @Override
    public void wouldDeny(String rule) {
        events.wouldDeny(rule);
    }

    @Override
    public void clockJumped(Duration step) {
        events.clockJumped(step);
        onClockJump.run();
    }
}
