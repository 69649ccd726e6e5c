package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.TokenIssuers;
import dev.iambroker.secret.Secret;
import java.net.URI;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Has every request counted where it is made, so that none is forgotten, and every 429 heard. Makes none
 * while the broker is locked; a revocation that was promised is still made. */
record GovernedIam(IamClient iam, Upstreams upstreams, LockState lock, Time time) implements IamClient {
    private static final int TOO_MANY_REQUESTS = 429;

    @Override
    public IamAnswer request(Account account, Grant grant) {
        demandOpen();
        return counted(account, () -> iam.request(account, grant));
    }

    @Override
    public Secret passcode(Account account, Secret refreshToken) {
        demandOpen();
        return counted(account, () -> iam.passcode(account, refreshToken));
    }

    private void demandOpen() {
        if (lock.isClosed()) {
            // Between two grants of one renewal: what the first brought is written, the second can wait.
            throw new IamFailure.Retry("the broker is being locked", IamFailure.NO_STATUS, null, null);
        }
    }

    @Override
    public void revoke(Account account, Secret refreshToken) {
        this.<@Nullable Void>counted(account, () -> {
            iam.revoke(account, refreshToken);
            return null;
        });
    }

    /** Not a grant, and asked for once an hour, or a minute where a token contradicts: it counts towards no budget. */
    @Override
    public TokenIssuers issuers(Account account, @Nullable String named) {
        return iam.issuers(account, named);
    }

    /** Asked for by a person who is about to log in. */
    @Override
    public URI passcodePage(Account account) {
        return iam.passcodePage(account);
    }

    @Override
    public String upstream(Account account) {
        return iam.upstream(account);
    }

    private <A extends @Nullable Object> A counted(Account account, Supplier<A> exchange) {
        Governor governor = upstreams.of(account);
        governor.requested();
        long sentNanos = time.nanos();
        try {
            A answer = exchange.get();
            governor.answered(account.name());
            return answer;
        } catch (IamFailure e) {
            if (e.status() == TOO_MANY_REQUESTS) {
                governor.refused(account.name(), sentNanos);
            } else if (e.status() != IamFailure.NO_STATUS) {
                governor.answered(account.name());
            }
            throw e;
        }
    }
}
