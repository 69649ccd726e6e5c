package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.Login;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure.About;

/** What a wish needs of the account it is about, each with its refusal. */
final class Demand {
    private Demand() {}

    static void kind(Account account, TokenKind kind) {
        About about = About.account(account.name());
        switch (kind) {
            case ACCESS -> {}
            case UAA -> {
                if (!account.uaa()) {
                    throw new BrokerFailure.BadRequest(
                            "account \"" + account.name() + "\" keeps no UAA tokens: set uaa: true", about);
                }
            }
            case KUBE -> {
                kubeFlow(account);
                bound(account);
            }
        }
    }

    static void kubeFlow(Account account) {
        if (!account.cloud().hasKubeFlow()) {
            throw new BrokerFailure.BadRequest(
                    "cloud " + account.cloud().word() + " knows no kube tokens: ask for kind access",
                    About.account(account.name()));
        }
    }

    /** Only a session, or a key that can begin one, gets the passcode that an OpenShift cluster takes for its token. */
    static void passcodes(Account account) {
        if (account.login() instanceof Login.ComputeResource) {
            throw new BrokerFailure.BadRequest(
                    "account \"" + account.name() + "\" logs in by trusted-profile, for which IAM gives no one-time"
                            + " passcode, and an OpenShift cluster takes nothing else: use an account that logs in by"
                            + " password, passcode, refresh token or a user's API key",
                    About.account(account.name()));
        }
    }

    static void bound(Account account) {
        if (account.accountId() == null) {
            throw Failures.unbound(account);
        }
    }

    static void ownSession(Account account) {
        if (account.login() instanceof Login.Shared shared) {
            throw new BrokerFailure.BadRequest(
                    "account \"" + account.name() + "\" uses the login of \"" + shared.owner()
                            + "\": log that one in or out",
                    About.account(account.name()).withHint("iam-broker login " + shared.owner()));
        }
    }

    /** A credential that the account could not go on with would look like a login and end with its first token. */
    static void suits(Account account, LoginAttempt attempt) {
        boolean configured = attempt instanceof LoginAttempt.Configured;
        if (configured && account.login() instanceof Login.Passcode) {
            throw new BrokerFailure.BadRequest(
                    "account \"" + account.name() + "\" logs in by a passcode, and none was given",
                    About.account(account.name()).withHint("iam-broker login " + account.name() + " --passcode"));
        }
        boolean keepsSession = !account.login().renewsByCredential();
        boolean byKey = account.login() instanceof Login.ApiKey && attempt instanceof LoginAttempt.ApiKey;
        if (!configured && !keepsSession && !byKey) {
            throw new BrokerFailure.BadRequest(
                    "account \"" + account.name() + "\" is configured to log in by "
                            + account.login().word() + ": correct that credential and run login without options",
                    About.account(account.name()).withHint("iam-broker login " + account.name()));
        }
    }
}
