package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.iam.Claims;
import dev.iambroker.store.StoredSession;
import org.jspecify.annotations.Nullable;

/** Whose tokens an account may serve: those of the identity and the account that it was configured or begun with. */
final class Identities {
    private Identities() {}

    /**
     * An alias that resolves to somebody else must never be served.
     *
     * @param base the session that the claims continue
     */
    static void judge(ManagedAccount target, StoredSession base, @Nullable Claims claims) {
        String iamId = claims == null ? null : claims.iamId();
        String expected = expected(target);
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
    static @Nullable String expected(ManagedAccount target) {
        String own = target.account().expectedIamId();
        return own != null ? own : target.owner().account().expectedIamId();
    }

    static RenewalFailure.IdentityMismatch somebodyElse(
            ManagedAccount target, String expected, @Nullable String actual) {
        return new RenewalFailure.IdentityMismatch("account \"" + target.name() + "\" has expect-iam-id " + expected
                + ", and IAM answered for " + (actual == null ? "nobody that it names" : actual)
                + ": correct expect-iam-id, or log in as the one that it names");
    }

    /** ID tokens may leave out whose they are: the session that they come of was judged by its access token. */
    static void judgeKube(ManagedAccount target, @Nullable Claims claims) {
        if (claims != null && claims.iamId() != null) {
            judge(target, target.owner().stored(), claims);
        }
    }

    static RenewalFailure.IdentityMismatch anotherAccount(Account account, String actual) {
        return new RenewalFailure.IdentityMismatch("account \"" + account.name() + "\" has account-id "
                + account.accountId() + ", and IAM answered for account "
                + (actual.isEmpty() ? "none" : actual) + ": correct account-id or use a login of that account");
    }
}
