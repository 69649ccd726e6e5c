package dev.iambroker.broker;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.Nearest;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.BrokerFailure.Conflict;
import dev.iambroker.token.RenewalFailure;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The words for a client, in one place. */
final class Failures {
    private static final String UNLOCK = "iam-broker unlock";

    /** A disk that is full may have room again soon. */
    private static final Duration AUDIT_RETRY = Duration.ofSeconds(5);

    private static final Pattern CLUSTER_WORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");

    private Failures() {}

    static BrokerFailure auditUnavailable() {
        return new BrokerFailure.Unrecorded(
                "the audit log cannot be written, and audit.required is set: nothing is handed out until its disk has"
                        + " room and works again",
                About.NOTHING.withRetryAfter(AUDIT_RETRY));
    }

    /** What a client that asked for a token is told. */
    static BrokerFailure of(Account account, RenewalFailure failure) {
        About about = About.account(account.name()).withIamCode(failure.iamCode());
        return switch (failure) {
            case RenewalFailure.LoginRequired e -> loginRequired(account, about);
            case RenewalFailure.Refused e ->
                new Conflict(
                        Conflict.Kind.LOGIN_REQUIRED,
                        "IAM refuses account \"" + account.name() + "\": " + e.getMessage(),
                        about.withState(AccountState.LOGIN_REQUIRED).withHint(login(account)));
            case RenewalFailure.ClusterRefused e ->
                new Conflict(
                        Conflict.Kind.CLUSTER_REFUSED,
                        "no token of account \"" + account.name() + "\": " + e.getMessage(),
                        about);
            case RenewalFailure.IdentityMismatch e ->
                new Conflict(
                        Conflict.Kind.IDENTITY_MISMATCH, e.getMessage(), about.withState(AccountState.LOGIN_REQUIRED));
            case RenewalFailure.Disabled e -> disabled(account, about);
            case RenewalFailure.Locked e -> locked();
            case RenewalFailure.StillWaiting e ->
                new BrokerFailure.DeadlineExceeded(
                        e.getMessage() + " for account \"" + account.name() + "\" and nothing usable is cached", about);
            case RenewalFailure.Transient e ->
                new BrokerFailure.Unavailable(
                        "no token of account \"" + account.name() + "\" for now: " + e.getMessage(),
                        about.withState(AccountState.BACKOFF).withRetryAfter(e.retryAfter()));
        };
    }

    /** What a person who tried to log in is told. */
    static BrokerFailure ofLogin(Account account, RenewalFailure failure) {
        if (failure instanceof RenewalFailure.Refused) {
            return new BrokerFailure.LoginRefused(
                    "IAM refused the login of account \"" + account.name() + "\": " + failure.getMessage(),
                    About.account(account.name()).withIamCode(failure.iamCode()));
        }
        if (failure instanceof RenewalFailure.LoginRequired) {
            return new Conflict(
                    Conflict.Kind.LOGIN_REQUIRED,
                    "account \"" + account.name() + "\" was not logged in: " + failure.getMessage(),
                    About.account(account.name()));
        }
        if (failure instanceof RenewalFailure.IdentityMismatch) {
            // Whoever was logged in before still is.
            return new Conflict(Conflict.Kind.IDENTITY_MISMATCH, failure.getMessage(), About.account(account.name()));
        }
        if (failure instanceof RenewalFailure.Transient e) {
            return new BrokerFailure.Unavailable(
                    "the login of account \"" + account.name() + "\" did not come through: " + failure.getMessage(),
                    About.account(account.name())
                            .withIamCode(failure.iamCode())
                            .withRetryAfter(e.retryAfter())
                            .withHint(login(account)));
        }
        return ofCommand(account, failure);
    }

    /** What a person is told whose command did not come through. */
    static BrokerFailure ofCommand(Account account, RenewalFailure failure) {
        if (failure instanceof RenewalFailure.StillWaiting) {
            return new BrokerFailure.DeadlineExceeded(
                    "account \"" + account.name() + "\" is busy: " + failure.getMessage(),
                    About.account(account.name()));
        }
        if (failure instanceof RenewalFailure.Transient e) {
            return new BrokerFailure.Unavailable(
                    "account \"" + account.name() + "\" is as it was: " + e.getMessage(),
                    About.account(account.name()).withRetryAfter(e.retryAfter()));
        }
        return of(account, failure);
    }

    /** What a person is told who wanted tokens renewed that may still be served. */
    static BrokerFailure ofRefresh(Account account, RenewalFailure failure) {
        String notRenewed = "account \"" + account.name() + "\" is not renewed: " + failure.getMessage();
        About about = About.account(account.name()).withIamCode(failure.iamCode());
        return switch (failure) {
            case RenewalFailure.Transient e ->
                new BrokerFailure.Unavailable(notRenewed, about.withRetryAfter(e.retryAfter()));
            case RenewalFailure.StillWaiting e -> new BrokerFailure.DeadlineExceeded(notRenewed, about);
            case RenewalFailure.LoginRequired e -> of(account, e);
            case RenewalFailure.Refused e -> of(account, e);
            case RenewalFailure.ClusterRefused e -> of(account, e);
            case RenewalFailure.IdentityMismatch e -> of(account, e);
            case RenewalFailure.Disabled e -> of(account, e);
            case RenewalFailure.Locked e -> locked();
        };
    }

    static BrokerFailure locked() {
        return new BrokerFailure.Locked(
                "the broker is locked: run '" + UNLOCK + "'",
                About.NOTHING.withState(AccountState.LOCKED).withHint(UNLOCK));
    }

    private static BrokerFailure loginRequired(Account account, About about) {
        String hint = login(account);
        return new Conflict(
                Conflict.Kind.LOGIN_REQUIRED,
                "account \"" + account.name() + "\" needs a login: run '" + hint + "'",
                about.withState(AccountState.LOGIN_REQUIRED).withHint(hint));
    }

    private static BrokerFailure disabled(Account account, About about) {
        String hint = login(account);
        return new Conflict(
                Conflict.Kind.DISABLED,
                "account \"" + account.name() + "\" is logged out: run '" + hint + "' to use it again",
                about.withState(AccountState.DISABLED).withHint(hint));
    }

    static BrokerFailure unbound(Account account) {
        String hint = "iam-broker accounts " + account.name();
        return new Conflict(
                Conflict.Kind.ACCOUNT_UNBOUND,
                "account \"" + account.name() + "\" has no account-id: add 'account-id: <id>' under accounts."
                        + account.name() + "; '" + hint + "' lists the ids",
                About.account(account.name()).withHint(hint));
    }

    static BrokerFailure unknownServer(KubeRequest request) {
        String account = request.account();
        if (account == null || !AccountName.isValid(account)) {
            return new BrokerFailure.Unknown(
                    "no cluster of the accounts that this client may use answers at the kubeconfig's server;"
                            + " 'iam-broker clusters ACCOUNT' lists them",
                    About.NOTHING);
        }
        String hint = "iam-broker clusters " + account;
        return new BrokerFailure.Unknown(
                "no cluster of account \"" + account + "\" answers at the kubeconfig's server: '" + hint
                        + "' lists those there are; where it is among them, run '" + anew(account, request.cluster())
                        + "'",
                About.account(new AccountName(account)).withHint(hint));
    }

    /** The command that writes the kubeconfig again. What a kubeconfig calls a cluster may be no word for a shell. */
    static String anew(String account, @Nullable String cluster) {
        String named = cluster != null && CLUSTER_WORD.matcher(cluster).matches() ? cluster : "CLUSTER";
        return "iam-broker kubeconfig " + account + " " + named + " --merge --overwrite";
    }

    /** @param told the names that the client may know of */
    static BrokerFailure unknownAccount(String name, Collection<String> told) {
        return new BrokerFailure.Unknown(
                "no account has this name; 'iam-broker status' lists the configured ones"
                        + Nearest.question(Nearest.of(name, told)),
                About.NOTHING);
    }

    static BrokerFailure unknownCluster(AccountName account, String idOrName, List<Cluster> clusters) {
        List<String> names = clusters.stream()
                .flatMap(cluster -> Stream.of(cluster.id(), cluster.name()))
                .toList();
        String hint = "iam-broker clusters " + account;
        return new BrokerFailure.Unknown(
                "account \"" + account + "\" has no cluster of this name or ID; '" + hint + "' lists them"
                        + Nearest.question(Nearest.of(idOrName, names)),
                About.account(account).withHint(hint));
    }

    /** What a client is told who asked for one cluster. */
    static BrokerFailure ofCluster(AccountName account, ServiceFailure failure) {
        if (failure.status() != 404) {
            return of(account, failure);
        }
        About about = About.account(account).withIamCode(failure.code());
        return new BrokerFailure.Unknown(failure.getMessage(), about.withHint("iam-broker clusters " + account));
    }

    static BrokerFailure of(AccountName account, ServiceFailure failure) {
        About about = About.account(account).withIamCode(failure.code());
        if (failure.status() == 404) {
            return new BrokerFailure.Unknown(failure.getMessage(), about.withHint("iam-broker clusters " + account));
        }
        String hint = failure.hint();
        return new BrokerFailure.Unavailable(failure.getMessage(), hint == null ? about : about.withHint(hint));
    }

    private static String login(Account account) {
        return "iam-broker login " + account.sessionOwner();
    }
}
