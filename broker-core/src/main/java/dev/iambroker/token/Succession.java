package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Login;
import dev.iambroker.store.StoredSession;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Who takes the place of the accounts of one group, and what is handed on to them. Made while the locks of all their
 * sessions are held, so that no answer of IAM is on its way.
 */
final class Succession {
    private final Map<AccountName, ManagedAccount> before;
    private final Map<AccountName, StoredSession> found;
    private final NavigableMap<AccountName, ManagedAccount> after = new TreeMap<>();

    /**
     * @param before the accounts of the group as they are
     * @param configured the accounts of the group as they are to be
     * @param found what the store holds of those that are new, or whose kind of login is
     */
    Succession(
            Map<AccountName, ManagedAccount> before,
            Map<AccountName, Account> configured,
            Map<AccountName, StoredSession> found) {
        this.before = before;
        this.found = found;
        for (Account account : configured.values()) {
            if (!(account.login() instanceof Login.Shared)) {
                after.put(account.name(), ManagedAccount.of(account, sessionOf(account)));
            }
        }
        for (Account account : configured.values()) {
            if (account.login() instanceof Login.Shared shared) {
                after.put(account.name(), sharing(account, shared));
            }
        }
        after.values().forEach(this::handOn);
    }

    private ManagedAccount sharing(Account account, Login.Shared shared) {
        ManagedAccount owner = after.get(shared.owner());
        if (owner == null) {
            throw new IllegalStateException("a group holds the owner of each login");
        }
        return ManagedAccount.sharing(account, owner, sessionOf(account));
    }

    NavigableMap<AccountName, ManagedAccount> after() {
        return after;
    }

    /** Whether the tokens of {@code name} go on being served: neither it nor the login that brought them differs. */
    boolean isKept(AccountName name) {
        ManagedAccount old = before.get(name);
        ManagedAccount next = after.get(name);
        return old != null
                && next != null
                && old.account().equals(next.account())
                && isSameOwner(old.owner(), next.account());
    }

    private boolean isSameOwner(ManagedAccount oldOwner, Account next) {
        ManagedAccount owner = after.get(next.sessionOwner());
        return owner != null && owner.account().equals(oldOwner.account());
    }

    /** As a start finds it, but from memory, which is never behind the disk: a rotated refresh token must not be lost. */
    private StoredSession sessionOf(Account account) {
        ManagedAccount old = before.get(account.name());
        StoredSession newest = old != null && isOf(account, old.stored()) ? old.stored() : found.get(account.name());
        return newest == null || !isOf(account, newest) ? ManagedAccount.emptySession(account.login()) : newest;
    }

    private static boolean isOf(Account account, StoredSession session) {
        return session.login().equals(account.login().word());
    }

    private void handOn(ManagedAccount next) {
        ManagedAccount old = before.get(next.name());
        if (old == null) {
            return;
        }
        boolean isSameLogin = old.stored().login().equals(next.stored().login());
        if (isKept(next.name())) {
            next.succeed(old);
        } else {
            if (isSameLogin) {
                // Tokens of what the account was before must not come back with the next start either.
                next.store(next.stored().withoutTokens());
            }
            next.announce(old.announced());
        }
        if (next.ownsItsSession() && isSameLogin) {
            next.inheritUnsaved(unsaved(old, next));
        }
    }

    /** An answer that the disk refused is still the only place of the newest refresh token. */
    private ManagedAccount.@Nullable Unsaved unsaved(ManagedAccount old, ManagedAccount next) {
        ManagedAccount.Unsaved pending = old.unsaved();
        if (pending == null) {
            return null;
        }
        AccountName targetName = pending.target().name();
        ManagedAccount target = after.get(targetName);
        if (target == null || !isKept(targetName)) {
            StoredSession session =
                    isKept(next.name()) ? pending.session() : pending.session().withoutTokens();
            return new ManagedAccount.Unsaved(session, next, session, List.of(), pending.isOnlyHere());
        }
        return new ManagedAccount.Unsaved(
                pending.session(), target, pending.targetSession(), pending.tokens(), pending.isOnlyHere());
    }
}
