package dev.iambroker.token;

import dev.iambroker.account.Account;
import dev.iambroker.account.Login;
import dev.iambroker.iam.Grant;
import dev.iambroker.secret.Secret;
import org.jspecify.annotations.Nullable;

/** The grants that a configured login is able to ask for by itself. Each reads its secret anew. */
final class Credentials {
    private Credentials() {}

    /**
     * For the login of an account.
     *
     * @throws RenewalFailure.LoginRequired if it takes a person
     */
    static Grant configured(ManagedAccount account) {
        return switch (account.account().login()) {
            case Login.ApiKey login -> apiKey(account, login);
            case Login.ComputeResource login -> computeResource(login, /* asKube= */ false);
            case Login.Password login ->
                new Grant.Password(login.username(), login.password().read(), accountId(account));
            case Login.RefreshToken login -> new Grant.Refresh(login.token().read(), accountId(account));
            case Login.Passcode login -> throw RenewalFailure.LoginRequired.forWantOfCredential();
            case Login.Shared login -> throw RenewalFailure.LoginRequired.forWantOfCredential();
        };
    }

    static Grant apiKey(ManagedAccount account, Login.ApiKey login) {
        Account target = account.account();
        return new Grant.ApiKey(keyOf(account, login), target.accountId(), target.keepsKeySession());
    }

    static Secret keyOf(ManagedAccount account, Login.ApiKey login) {
        Secret presented = account.presentedKey();
        return presented != null ? presented : login.key().read();
    }

    static Grant computeResource(Login.ComputeResource login, boolean asKube) {
        return new Grant.ComputeResource(login.crToken().read(), login.profile(), asKube);
    }

    static @Nullable String accountId(ManagedAccount account) {
        return account.account().accountId();
    }

    /** What is presented. */
    static Secret of(Grant grant) {
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
}
