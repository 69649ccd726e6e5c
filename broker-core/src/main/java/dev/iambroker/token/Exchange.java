package dev.iambroker.token;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import dev.iambroker.account.Account;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.iam.Claims;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import dev.iambroker.secret.SecretUnavailable;
import dev.iambroker.store.StoredSession;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Which grants bring an account its tokens, and in which order. Every answer goes to {@link Intake} before the next
 * grant is sent.
 *
 * <p>Callers hold the session's lock. Failures are {@link RenewalFailure}s; an {@link IamFailure} never leaves here.
 */
final class Exchange {
    private static final int GOOD = 2;

    private final IamClient iam;
    private final Intake intake;
    private final Time time;

    Exchange(IamClient iam, Intake intake, Time time) {
        this.iam = iam;
        this.intake = intake;
        this.time = time;
    }

    /** Renews one token of the account, logging in again where the login can do that by itself. */
    void renew(ManagedAccount account, TokenKind kind) {
        try {
            boolean settled = intake.settle(account);
            switch (kind) {
                case ACCESS, UAA -> {
                    if (!settled) {
                        access(account);
                    }
                }
                case KUBE -> kube(account);
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
            Grant grant = brought == null ? configured(account) : brought;
            logIn(account, grant, intake::login);
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
                logInUnlessRefused(account, computeResource(login, /* asKube= */ false));
            case Login.Password login -> refreshSession(account);
            case Login.Passcode login -> refreshSession(account);
            case Login.RefreshToken login -> refreshSession(account);
            case Login.Shared login -> refreshSession(account);
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
                refresh(account, refreshToken);
                return;
            } catch (IamFailure.Reauthenticate ended) {
                // The key begins a new session.
            }
        }
        logInUnlessRefused(account, apiKey(account, login));
    }

    private void kube(ManagedAccount account) {
        switch (account.account().login()) {
            case Login.ApiKey login -> mint(account, new Grant.KubeApiKey(keyOf(account, login)));
            case Login.ComputeResource login -> mint(account, computeResource(login, /* asKube= */ true));
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
        if (!isBoundTo(account)) {
            refreshSession(account);
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
        return ofSession(account, refreshToken -> requestDelegated(account, refreshToken));
    }

    /** What {@code request} brings for the session's refresh token, for a renewed one where that was refused. */
    private Secret ofSession(ManagedAccount account, UnaryOperator<Secret> request) {
        try {
            return request.apply(refreshTokenOf(account));
        } catch (IamFailure.Reauthenticate refused) {
            return ofRefreshedSession(account, request);
        }
    }

    private Secret ofRefreshedSession(ManagedAccount account, UnaryOperator<Secret> request) {
        refreshSession(account);
        try {
            return request.apply(refreshTokenOf(account));
        } catch (IamFailure.Reauthenticate refused) {
            throw loginRequired(refused);
        }
    }

    private static Secret refreshTokenOf(ManagedAccount account) {
        Secret refreshToken = account.owner().stored().refreshToken();
        if (refreshToken == null) {
            throw loginRequired(null);
        }
        return refreshToken;
    }

    private Secret requestDelegated(ManagedAccount account, Secret refreshToken) {
        IamAnswer answer = iam.request(account.account(), new Grant.DelegatedRefresh(refreshToken));
        Secret delegated = answer.delegatedRefreshToken();
        if (delegated == null) {
            throw new RenewalFailure.Refused("IAM answered without a delegated refresh token", null);
        }
        return delegated;
    }

    /**
     * A one-time passcode of whoever the account is, for one login elsewhere. A key alone has no session that could be
     * asked for one, so it begins one.
     */
    Secret passcode(ManagedAccount account) {
        try {
            intake.settle(account);
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
        if (!isBoundTo(account)) {
            refreshSession(account);
        }
        return ofSession(account, refreshToken -> iam.passcode(account.account(), refreshToken));
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
        logInUnlessRefused(
                account,
                new Grant.ApiKey(keyOf(account, login), account.account().accountId(), /* asClient= */ true));
        Secret begun = account.stored().refreshToken();
        if (begun == null) {
            throw new RenewalFailure.Refused("IAM answered the API key without a refresh token", null);
        }
        return iam.passcode(account.account(), begun);
    }

    private static boolean isBoundTo(ManagedAccount account) {
        StoredSession session = account.owner().stored();
        String wanted = account.account().accountId();
        return session.refreshToken() != null && wanted != null && wanted.equals(session.boundAccountId());
    }

    /** Refreshes the owner's session, bound to {@code account}; where it is over, the login begins another if it can. */
    private void refreshSession(ManagedAccount account) {
        if (account.owner().stored().refreshToken() == null || isKnownToBeOver(account)) {
            logInAgain(account, null);
            return;
        }
        IamFailure.Reauthenticate refused = refreshByAnyKnown(account);
        if (refused == null) {
            return;
        }
        if (isOwnersSessionAlive(account)) {
            throw new RenewalFailure.Refused(refused.getMessage(), refused.iamCode());
        }
        logInAgain(account, refused);
    }

    /** IAM refused all there is of the session: it is not asked again, whoever looks whether the login can begin anew. */
    private static boolean isKnownToBeOver(ManagedAccount account) {
        AccountStatus.Failure dead = account.dead();
        return dead != null && dead.cause() instanceof RenewalFailure.LoginRequired;
    }

    /**
     * A refused token counts as dead only after the others were tried, once each: what the disk holds, where somebody put
     * another session there, and the token before the newest, since a crash between IAM's answer and the disk leaves the
     * older one as the newest known.
     *
     * @return why IAM refused the newest; null where one was accepted
     */
    private IamFailure.@Nullable Reauthenticate refreshByAnyKnown(ManagedAccount account) {
        IamFailure.Reauthenticate first = null;
        for (Secret candidate : intake.knownRefreshTokens(account.owner())) {
            try {
                refresh(account, candidate);
                return null;
            } catch (IamFailure.Reauthenticate refused) {
                first = first == null ? refused : first;
            }
        }
        return first;
    }

    /**
     * Whether a refusal concerns only the account that shares the login: the owner's own refresh tells, before anybody is
     * asked for a login that is still good.
     */
    private boolean isOwnersSessionAlive(ManagedAccount account) {
        return !account.ownsItsSession() && refreshByAnyKnown(account.owner()) == null;
    }

    private void refresh(ManagedAccount account, Secret refreshToken) {
        long nanos = time.nanos();
        Account target = account.account();
        IamAnswer answer = iam.request(target, new Grant.Refresh(refreshToken, target.accountId()));
        intake.session(account, answer, refreshToken, account.owner()::stored, nanos);
    }

    /** The session is over, or there never was one: what can the login do by itself? */
    private void logInAgain(ManagedAccount account, IamFailure.@Nullable Reauthenticate refused) {
        ManagedAccount owner = account.owner();
        switch (owner.account().login()) {
            case Login.Password login -> {
                logInUnlessRefused(
                        owner,
                        new Grant.Password(login.username(), login.password().read(), accountId(owner)));
                follow(account);
            }
            case Login.RefreshToken login -> {
                importToken(owner, login.token(), refused);
                follow(account);
            }
            case Login.Passcode login -> throw ended(owner, refused);
            case Login.ApiKey login -> throw loginRequired(refused);
            case Login.ComputeResource login -> throw loginRequired(refused);
            case Login.Shared login -> throw new IllegalStateException("the owner of a login shares none");
        }
    }

    /** A session that ends before its time was ended by somebody: of a restored backup or a copy nothing else tells. */
    private RenewalFailure.LoginRequired ended(ManagedAccount owner, IamFailure.@Nullable Reauthenticate refused) {
        Instant end = owner.stored().refreshTokenExpiresAt();
        if (refused == null || end == null || !end.isAfter(intake.iamsTime())) {
            return loginRequired(refused);
        }
        String before = refused.getMessage() + "; the login should have lasted until "
                + end.truncatedTo(ChronoUnit.SECONDS)
                + ": it was revoked, lapsed unused, or went on from a copy of the state directory";
        return new RenewalFailure.LoginRequired(before, refused.iamCode());
    }

    /** After the owner's login, an account that shares it still needs its own binding. */
    private void follow(ManagedAccount account) {
        Secret refreshToken = account.owner().stored().refreshToken();
        if (!account.ownsItsSession() && refreshToken != null) {
            refresh(account, refreshToken);
        }
    }

    private void importToken(ManagedAccount owner, SecretSource source, IamFailure.@Nullable Reauthenticate refused) {
        Secret imported = source.read();
        StoredSession session = owner.stored();
        if (imported.fingerprint().equals(session.importedFingerprint()) || owner.wasRefused(imported)) {
            throw ended(owner, refused);
        }
        try {
            refreshImported(owner, imported, intake::session);
        } catch (IamFailure.Reauthenticate e) {
            owner.refuse(imported);
            throw e;
        }
    }

    private void refreshImported(ManagedAccount owner, Secret imported, Taking taking) {
        owner.forgetKubeRefreshTokens();
        long nanos = time.nanos();
        Account account = owner.account();
        IamAnswer answer = iam.request(account, new Grant.Refresh(imported, account.accountId()));
        taking.in(owner, answer, imported, () -> marked(owner.stored(), imported), nanos);
    }

    private static StoredSession marked(StoredSession base, Secret imported) {
        return new StoredSession(
                base.login(), null, null, null, null, base.iamId(), imported.fingerprint(), false, base.tokens());
    }

    /** A credential that IAM refused is not presented again until it changed: accounts get locked that way. */
    private void logInUnlessRefused(ManagedAccount account, Grant grant) {
        Secret credential = credentialOf(grant);
        if (account.wasRefused(credential)) {
            throw loginRequired(null);
        }
        try {
            logIn(account, grant, intake::session);
            account.refuse(null);
        } catch (IamFailure.Reauthenticate | IamFailure.GiveUp refused) {
            account.refuse(credential);
            throw refused;
        }
    }

    private void logIn(ManagedAccount account, Grant grant, Taking taking) {
        if (grant instanceof Grant.Refresh refresh) {
            refreshImported(account, refresh.refreshToken(), taking);
            return;
        }
        // Before: whatever comes of the login, they are of the session that it is to replace.
        account.owner().forgetKubeRefreshTokens();
        long nanos = time.nanos();
        IamAnswer answer = iam.request(account.account(), grant);
        taking.in(account, answer, null, account::stored, nanos);
    }

    private Grant configured(ManagedAccount account) {
        return switch (account.account().login()) {
            case Login.ApiKey login -> apiKey(account, login);
            case Login.ComputeResource login -> computeResource(login, /* asKube= */ false);
            case Login.Password login ->
                new Grant.Password(login.username(), login.password().read(), accountId(account));
            case Login.RefreshToken login -> new Grant.Refresh(login.token().read(), accountId(account));
            case Login.Passcode login -> throw loginRequired(null);
            case Login.Shared login -> throw loginRequired(null);
        };
    }

    private Grant apiKey(ManagedAccount account, Login.ApiKey login) {
        Account target = account.account();
        return new Grant.ApiKey(keyOf(account, login), target.accountId(), target.keepsKeySession());
    }

    private static Secret keyOf(ManagedAccount account, Login.ApiKey login) {
        Secret presented = account.presentedKey();
        return presented != null ? presented : login.key().read();
    }

    private static Grant computeResource(Login.ComputeResource login, boolean asKube) {
        return new Grant.ComputeResource(login.crToken().read(), login.profile(), asKube);
    }

    private static @Nullable String accountId(ManagedAccount account) {
        return account.account().accountId();
    }

    private static Secret credentialOf(Grant grant) {
        return switch (grant) {
            case Grant.ApiKey g -> g.apiKey();
            case Grant.Password g -> g.password();
            case Grant.Passcode g -> g.passcode();
            case Grant.Refresh g -> g.refreshToken();
            case Grant.DelegatedRefresh g -> g.refreshToken();
            case Grant.DelegatedExchange g -> g.delegatedRefreshToken();
            case Grant.KubeRefresh g -> g.refreshToken();
            case Grant.KubeApiKey g -> g.apiKey();
            case Grant.ComputeResource g -> g.crToken();
        };
    }

    private static RenewalFailure translated(IamFailure failure) {
        return switch (failure) {
            case IamFailure.Retry e -> new RenewalFailure.Transient(e.getMessage(), e.iamCode(), e.retryAfter());
            case IamFailure.Reauthenticate e -> loginRequired(e);
            case IamFailure.GiveUp e -> new RenewalFailure.Refused(e.getMessage(), e.iamCode());
        };
    }

    private static RenewalFailure.LoginRequired loginRequired(IamFailure.@Nullable Reauthenticate refused) {
        return refused == null
                ? RenewalFailure.LoginRequired.forWantOfCredential()
                : new RenewalFailure.LoginRequired(String.valueOf(refused.getMessage()), refused.iamCode());
    }

    /** What is done with the answer to a login. */
    @FunctionalInterface
    private interface Taking {
        void in(
                ManagedAccount target,
                IamAnswer answer,
                @Nullable Secret presented,
                Supplier<StoredSession> base,
                long nanos);
    }
}
