package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.Login;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamClient;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import dev.iambroker.store.StoredSession;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The session of a login: how it is refreshed, and what begins another where it is over.
 *
 * <p>Callers hold its lock, and translate the {@link IamFailure}s that leave here.
 */
final class SessionExchange {
    private final IamClient iam;
    private final Intake intake;
    private final Time time;

    SessionExchange(IamClient iam, Intake intake, Time time) {
        this.iam = iam;
        this.intake = intake;
        this.time = time;
    }

    /** Refreshes the owner's session, bound to {@code account}; where it is over, the login begins another if it can. */
    void refresh(ManagedAccount account) {
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
                refreshBy(account, candidate);
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

    /** By one refresh token. */
    void refreshBy(ManagedAccount account, Secret refreshToken) {
        long nanos = time.nanos();
        Account target = account.account();
        IamAnswer answer = iam.request(target, new Grant.Refresh(refreshToken, target.accountId()));
        intake.session(account, answer, refreshToken, account.owner()::stored, nanos);
    }

    /** What {@code request} brings for the session's refresh token, for a renewed one where that was refused. */
    Secret of(ManagedAccount account, UnaryOperator<Secret> request) {
        try {
            return request.apply(refreshTokenOf(account));
        } catch (IamFailure.Reauthenticate refused) {
            return ofRefreshed(account, request);
        }
    }

    private Secret ofRefreshed(ManagedAccount account, UnaryOperator<Secret> request) {
        refresh(account);
        try {
            return request.apply(refreshTokenOf(account));
        } catch (IamFailure.Reauthenticate refused) {
            throw loginRequired(refused);
        }
    }

    static boolean isBoundTo(ManagedAccount account) {
        StoredSession session = account.owner().stored();
        String wanted = account.account().accountId();
        return session.refreshToken() != null && wanted != null && wanted.equals(session.boundAccountId());
    }

    private static Secret refreshTokenOf(ManagedAccount account) {
        Secret refreshToken = account.owner().stored().refreshToken();
        if (refreshToken == null) {
            throw loginRequired(null);
        }
        return refreshToken;
    }

    /** The session is over, or there never was one: what can the login do by itself? */
    private void logInAgain(ManagedAccount account, IamFailure.@Nullable Reauthenticate refused) {
        ManagedAccount owner = account.owner();
        switch (owner.account().login()) {
            case Login.Password login -> {
                logInUnlessRefused(
                        owner,
                        new Grant.Password(login.username(), login.password().read(), Credentials.accountId(owner)));
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
            refreshBy(account, refreshToken);
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
    void logInUnlessRefused(ManagedAccount account, Grant grant) {
        Secret credential = Credentials.of(grant);
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

    void logIn(ManagedAccount account, Grant grant, Taking taking) {
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

    static RenewalFailure.LoginRequired loginRequired(IamFailure.@Nullable Reauthenticate refused) {
        return refused == null
                ? RenewalFailure.LoginRequired.forWantOfCredential()
                : new RenewalFailure.LoginRequired(String.valueOf(refused.getMessage()), refused.iamCode());
    }

    /** What is done with the answer to a login. */
    @FunctionalInterface
    interface Taking {
        void in(
                ManagedAccount target,
                IamAnswer answer,
                @Nullable Secret presented,
                Supplier<StoredSession> base,
                long nanos);
    }
}
