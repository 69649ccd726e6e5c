package dev.iambroker.token;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.account.Login;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import org.jspecify.annotations.Nullable;

/**
 * How ID tokens of the client {@code kube} are come by: from a credential at once, from a session by delegation.
 *
 * <p>Callers hold the session's lock, and translate the {@link IamFailure}s that leave here.
 */
final class KubeExchange {
    private static final int GOOD = 2;

    private final IamClient iam;
    private final SessionExchange session;
    private final Intake intake;
    private final Time time;

    KubeExchange(IamClient iam, SessionExchange session, Intake intake, Time time) {
        this.iam = iam;
        this.session = session;
        this.intake = intake;
        this.time = time;
    }

    /** Mints one, and takes it in. */
    void mint(ManagedAccount account) {
        switch (account.account().login()) {
            case Login.ApiKey login -> mint(account, new Grant.KubeApiKey(Credentials.keyOf(account, login)));
            case Login.ComputeResource login -> mint(account, Credentials.computeResource(login, /* asKube= */ true));
            case Login.Password login -> mintBySession(account);
            case Login.Passcode login -> mintBySession(account);
            case Login.RefreshToken login -> mintBySession(account);
            case Login.Shared login -> mintBySession(account);
        }
    }

    @CanIgnoreReturnValue
    private IamAnswer mint(ManagedAccount account, Grant grant) {
        long nanos = time.nanos();
        IamAnswer answer = iam.request(account.account(), grant);
        intake.kube(account, answer, iam.issuers(account.account(), issuerOf(answer)), nanos);
        return answer;
    }

    private static @Nullable String issuerOf(IamAnswer answer) {
        Claims claims = answer.id() == null ? null : answer.id().claims();
        return claims == null ? null : claims.issuer();
    }

    /** One request where an earlier exchange brought a refresh token that still works, two or three otherwise. */
    private void mintBySession(ManagedAccount account) {
        Secret own = account.kubeRefreshToken();
        if (own == null || !mintedByOwn(account, own)) {
            mintDelegated(account);
        }
    }

    /** Whatever is wrong with it says nothing of the session, which can delegate another. */
    private boolean mintedByOwn(ManagedAccount account, Secret own) {
        try {
            Secret next = mint(account, new Grant.KubeRefresh(own)).refreshToken();
            account.keepKubeRefreshToken(next == null ? own : next);
            return true;
        } catch (IamFailure.Reauthenticate | IamFailure.GiveUp | RenewalFailure unusable) {
            // Whatever came with a token that cannot be served is of its kind, and a rotated one is gone by now.
            account.keepKubeRefreshToken(null);
            return false;
        } catch (IamFailure.Retry e) {
            if (e.status() / 100 == GOOD) {
                // It answers, but without what is asked for: that need not change.
                account.keepKubeRefreshToken(null);
                return false;
            }
            throw e;
        }
    }

    private void exchangeDelegated(ManagedAccount account) {
        IamAnswer answer = mint(account, new Grant.DelegatedExchange(delegated(account)));
        account.keepKubeRefreshToken(answer.refreshToken());
    }

    /** The two steps of a session: only a refresh token bound to the account yields an ID token with its claims. */
    private void mintDelegated(ManagedAccount account) {
        if (!SessionExchange.isBoundTo(account)) {
            session.refresh(account);
        }
        try {
            exchangeDelegated(account);
        } catch (IamFailure.Reauthenticate lapsed) {
            mintOnceMore(account, lapsed);
        }
    }

    /** What was refused is the delegated token, good for one use and a few minutes; it says nothing of the session. */
    private void mintOnceMore(ManagedAccount account, IamFailure.Reauthenticate lapsed) {
        try {
            exchangeDelegated(account);
        } catch (IamFailure.Reauthenticate again) {
            again.addSuppressed(lapsed);
            throw new RenewalFailure.Transient(again.getMessage(), again.iamCode(), null);
        }
    }

    private Secret delegated(ManagedAccount account) {
        return session.of(account, refreshToken -> requestDelegated(account, refreshToken));
    }

    private Secret requestDelegated(ManagedAccount account, Secret refreshToken) {
        IamAnswer answer = iam.request(account.account(), new Grant.DelegatedRefresh(refreshToken));
        Secret delegated = answer.delegatedRefreshToken();
        if (delegated == null) {
            throw new RenewalFailure.Refused("IAM answered without a delegated refresh token", null);
        }
        return delegated;
    }
}
