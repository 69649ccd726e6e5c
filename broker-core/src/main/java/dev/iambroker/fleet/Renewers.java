package dev.iambroker.fleet;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.TokenKind;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Divides the renewal of logins among the brokers that share them. A login is named by the account that owns it. Methods
 * are thread-safe, return at once and never throw; what they send, they send later.
 */
public interface Renewers {
    /** One broker, which renews everything. */
    Renewers ALONE = new Renewers() {
        @Override
        public Duty duty(AccountName owner) {
            return Duty.OURS;
        }

        @Override
        public Duration adrift() {
            return Duration.ZERO;
        }

        @Override
        public boolean hold(AccountName owner) {
            return true;
        }

        @Override
        public void release(AccountName owner) {}

        @Override
        public boolean isBehind(AccountName account) {
            return false;
        }

        @Override
        public void take(Map<AccountName, AccountName> owners) {}

        @Override
        public void wish(Wish wish) {}

        @Override
        public void tell(AccountName account, TokenKind kind, @Nullable Ending ending) {}

        @Override
        public void begin(Listener listener) {}
    };

    /** Whose work the login of {@code owner} is. Asked at each renewal and at each look of a caller who misses a token. */
    Duty duty(AccountName owner);

    /** How long the shared state has been out of reach; zero where it is not. */
    Duration adrift();

    /**
     * Keeps the duty of the login where it is until {@link #release}: it is handed over neither between a look at whose it is
     * and the renewal, nor before the answer is written. A broker may hold it more than once, and one whose duty it is not too.
     *
     * @return false where it is being handed over right now; then there is nothing to release
     */
    boolean hold(AccountName owner);

    /** After each {@link #hold} that was true. */
    void release(AccountName owner);

    /** Whether the others have changed the session of {@code account}, of which the listener has yet to hear. */
    boolean isBehind(AccountName account);

    /**
     * These are the accounts of this broker from now on: whose logins it may renew, and what it hears of. Where it has begun
     * to listen it hears once more of all that is there, since it may not have listened for some of them.
     *
     * @param owners of the login of each; its own name where it shares none
     */
    void take(Map<AccountName, AccountName> owners);

    /** Has whoever renews the login of the wish's account hear it, also one that takes the login over a little later. */
    void wish(Wish wish);

    /** Tells the others how a token's renewal ended for good, null when it works again. Only by whose duty it is. */
    void tell(AccountName account, TokenKind kind, @Nullable Ending ending);

    /**
     * Begins to tell {@code listener}, first of all sessions that are others than were loaded by now, and to take duties. Once,
     * after the first {@link #take}.
     */
    void begin(Listener listener);

    /** Hears of the others, on any thread, one call at a time. Returns soon, never throws. */
    interface Listener {
        /** The store holds another session of {@code account} than it did. */
        void arrived(AccountName account);

        /** Somebody else wishes for a token that is this broker's to renew. */
        void wished(Wish wish);

        /** What the renewer {@linkplain Renewers#tell told}. */
        void told(AccountName account, TokenKind kind, @Nullable Ending ending);

        /** {@link Renewers#duty} of {@code owner} changed. */
        void dutyChanged(AccountName owner);
    }
}
