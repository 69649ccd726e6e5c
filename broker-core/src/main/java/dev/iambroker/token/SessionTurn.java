package dev.iambroker.token;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The turn of a flight at its session, as far as what happened meanwhile leaves it something to do. Thread-safe. */
final class SessionTurn {
    private final Accounts accounts;
    private final LockState lock;

    SessionTurn(Accounts accounts, LockState lock) {
        this.accounts = accounts;
        this.lock = lock;
    }

    /**
     * Does {@code work} with nobody else at the session, for the account that has the name now: a reload may have replaced
     * the one that the flight began with.
     *
     * @throws RenewalFailure if what happened to the account meanwhile leaves nothing to do
     */
    <T extends @Nullable Object> T take(Flight flight, Function<ManagedAccount, T> work) {
        ManagedAccount account = accounts.lock(flight.key().account());
        if (account == null) {
            throw new RenewalFailure.Transient("the account is no longer configured", null, null);
        }
        try {
            if (lock.isClosed()) {
                throw new RenewalFailure.Locked();
            }
            RenewalFailure overtaken = overtaken(flight, account);
            if (overtaken != null) {
                throw overtaken;
            }
            return work.apply(account);
        } finally {
            account.session().unlock();
        }
    }

    /** What happened to the account while the flight waited its turn. */
    static @Nullable RenewalFailure overtaken(Flight flight, ManagedAccount account) {
        if (account.isDisabled()) {
            // A renewal now would log it in again behind everybody's back.
            return new RenewalFailure.Disabled("logged out");
        }
        AccountStatus.Failure died = flight.account() == account ? flight.diedSinceAsked() : null;
        return died == null ? null : died.cause();
    }
}
