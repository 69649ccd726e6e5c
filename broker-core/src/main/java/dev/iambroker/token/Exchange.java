package dev.iambroker.token;

import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretUnavailable;
import org.jspecify.annotations.Nullable;

/**
 * Which grants bring an account its tokens, and in which order. Every answer goes to {@link Intake} before the next
 * grant is sent.
 *
 * <p>Callers hold the session's lock. Failures are {@link RenewalFailure}s; an {@link IamFailure} never leaves here.
 */
final class Exchange {
    private final IamClient iam;
    private final Intake intake;
    private final Keeping keeping;
    private final SessionExchange session;
    private final KubeExchange kube;

    Exchange(IamClient iam, Intake intake, Keeping keeping, Time time) {
        this.iam = iam;
        this.intake = intake;
        this.keeping = keeping;
        this.session = new SessionExchange(iam, intake, time);
        this.kube = new KubeExchange(iam, session, intake, time);
    }

    /** Renews one token of the account, logging in again where the login can do that by itself. */
    void renew(ManagedAccount account, TokenKind kind) {
        try {
            boolean settled = keeping.settle(account);
            switch (kind) {
                case ACCESS, UAA -> {
                    if (!settled) {
                        access(account);
                    }
                }
                case KUBE -> kube.mint(account);
            }
        } catch (IamFailure e) {
            throw translated(e);
        } catch (SecretUnavailable e) {
            throw new RenewalFailure.Transient(e.getMessage(), null, null);
        }
    }

    /** Whether somebody asks for UAA tokens and none is there. */
    boolean lacksUaa(ManagedAccount account) {
        return intake.lacksUaa(account);
    }

    /** Logs in with what a person brought, or with the configured credential where {@code brought} is null. */
    void login(ManagedAccount account, @Nullable Grant brought) {
        try {
            Grant grant = brought == null ? Credentials.configured(account) : brought;
            session.logIn(account, grant, intake::login);
        } catch (IamFailure.Reauthenticate | IamFailure.GiveUp e) {
            throw new RenewalFailure.Refused(e.getMessage(), e.iamCode());
        } catch (IamFailure e) {
            throw translated(e);
        } catch (SecretUnavailable e) {
            throw new RenewalFailure.Transient(e.getMessage(), null, null);
        }
    }

    private void access(ManagedAccount account) {
        switch (account.account().login()) {
            case Login.ApiKey login -> accessByKey(account, login);
            case Login.ComputeResource login ->
                session.logInUnlessRefused(account, Credentials.computeResource(login, /* asKube= */ false));
            case Login.Password login -> session.refresh(account);
            case Login.Passcode login -> session.refresh(account);
            case Login.RefreshToken login -> session.refresh(account);
            case Login.Shared login -> session.refresh(account);
        }
    }

    /**
     * By the key, at will; but the answer to a key bound to an account may carry no UAA token where that of a refresh
     * does, so whoever asks for one has the session refreshed.
     */
    private void accessByKey(ManagedAccount account, Login.ApiKey login) {
        Secret refreshToken = account.stored().refreshToken();
        if (refreshToken != null && intake.lacksUaa(account)) {
            try {
                session.refreshBy(account, refreshToken);
                return;
            } catch (IamFailure.Reauthenticate ended) {
                // The key begins a new session.
            }
        }
        session.logInUnlessRefused(account, Credentials.apiKey(account, login));
    }

    /**
     * A one-time passcode of whoever the account is, for one login elsewhere. A key alone has no session that could be
     * asked for one, so it begins one.
     */
    Secret passcode(ManagedAccount account) {
        try {
            keeping.settle(account);
            return switch (account.account().login()) {
                case Login.ApiKey login -> passcodeByKey(account, login);
                case Login.ComputeResource login ->
                    throw new RenewalFailure.Refused("a trusted profile has no session to ask a passcode for", null);
                case Login.Password login -> passcodeOfSession(account);
                case Login.Passcode login -> passcodeOfSession(account);
                case Login.RefreshToken login -> passcodeOfSession(account);
                case Login.Shared login -> passcodeOfSession(account);
            };
        } catch (IamFailure e) {
            throw translated(e);
        } catch (SecretUnavailable e) {
            throw new RenewalFailure.Transient(e.getMessage(), null, null);
        }
    }

    private Secret passcodeOfSession(ManagedAccount account) {
        if (!SessionExchange.isBoundTo(account)) {
            session.refresh(account);
        }
        return session.of(account, refreshToken -> iam.passcode(account.account(), refreshToken));
    }

    private Secret passcodeByKey(ManagedAccount account, Login.ApiKey login) {
        Secret kept = account.stored().refreshToken();
        if (kept != null) {
            try {
                return iam.passcode(account.account(), kept);
            } catch (IamFailure.Reauthenticate ended) {
                // The key begins a new session.
            }
        }
        session.logInUnlessRefused(
                account,
                new Grant.ApiKey(
                        Credentials.keyOf(account, login), account.account().accountId(), /* asClient= */ true));
        Secret begun = account.stored().refreshToken();
        if (begun == null) {
            throw new RenewalFailure.Refused("IAM answered the API key without a refresh token", null);
        }
        return iam.passcode(account.account(), begun);
    }

    private static RenewalFailure translated(IamFailure failure) {
        return switch (failure) {
            case IamFailure.Retry e -> new RenewalFailure.Transient(e.getMessage(), e.iamCode(), e.retryAfter());
            case IamFailure.Reauthenticate e -> SessionExchange.loginRequired(e);
            case IamFailure.GiveUp e -> new RenewalFailure.Refused(e.getMessage(), e.iamCode());
        };
    }
}
