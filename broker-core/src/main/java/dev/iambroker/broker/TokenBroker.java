package dev.iambroker.broker;

import dev.iambroker.account.Cluster;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Explanation;
import dev.iambroker.policy.Verb;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The front door: one method a client verb. Every method asks the policy first and throws {@link
 * BrokerFailure.Denied} where it says no. Accounts and clusters are named as the client wrote them.
 *
 * <p>Thread-safe. The methods named {@code …Now} and {@link #accounts}, {@link #accessible}, {@link #account}, {@link #readiness} read
 * memory only and may run on an event loop; all others may block up to the request's {@code wait} and belong on a
 * virtual thread.
 */
public interface TokenBroker extends AccessTokens, Admission {
    /**
     * For a client that was just given what it asked of {@link #tokenNow} and is likely to ask again; null where each
     * request has to be looked at by itself.
     */
    default @Nullable StandingOrder standingOrder(ClientIdentity client, TokenRequest request) {
        return null;
    }

    /**
     * What a client waits for whom {@link #tokenNow} gave nothing: as {@link #token}, without a thread. Null where only that can tell.
     * May run on an event loop.
     */
    default @Nullable PendingGrant pendingToken(ClientIdentity client, TokenRequest request) {
        return null;
    }

    /** The kube credential, if it can be had without waiting; null sends the caller to {@link #kubeCredential}. */
    @Nullable
    KubeCredential kubeCredentialNow(ClientIdentity client, KubeRequest request);

    KubeCredential kubeCredential(ClientIdentity client, KubeRequest request);

    /**
     * A token other than the one known as {@code after}, as soon as there is one.
     *
     * @param after an etag, null to be answered at once
     * @return null when {@code wait} ran out first
     */
    @Nullable
    TokenGrant watch(ClientIdentity client, TokenRequest request, @Nullable String after, Duration patience);

    /** The accounts that the client has any right on, by name. */
    List<AccountView> accounts(ClientIdentity client);

    AccountView account(ClientIdentity client, String account);

    /** The page on which a person who logs in to {@code account} is shown a one-time passcode. */
    URI passcodePage(ClientIdentity client, String account);

    AccountView login(ClientIdentity client, String account, LoginAttempt attempt);

    /** Forgets session, tokens and identity, and revokes the session at IAM as far as it lets itself be. */
    AccountView logout(ClientIdentity client, String account);

    /** Renews access and warm kube tokens now; within {@code min-interval} of the last renewal it does nothing. */
    AccountView refresh(ClientIdentity client, String account);

    /** Drops cached tokens and keeps the login. */
    AccountView purge(ClientIdentity client, String account);

    List<IbmAccount> ibmAccounts(ClientIdentity client, String account);

    /** The account's clusters as they were listed within the last minutes, or else now. */
    List<Cluster> clusters(ClientIdentity client, String account);

    /** The account's clusters as they are now. */
    List<Cluster> clustersNow(ClientIdentity client, String account);

    Cluster cluster(ClientIdentity client, String account, String idOrName);

    /** The cluster with its certificate authority, as a kubeconfig needs it. */
    KnownCluster clusterAccess(ClientIdentity client, String account, String idOrName);

    /** Whether every account that should be served can be. Never asks IAM. */
    Readiness readiness();

    /** The same for one account; not ready also where it is disabled, locked or was never logged in. */
    Readiness readiness(ClientIdentity client, String account);

    /**
     * Permits what concerns the whole broker, and puts it on record.
     *
     * @param what for the record, of our own making
     */
    void administered(ClientIdentity client, String what);

    /** Whether the client may see the name of {@code account}. */
    boolean mayList(ClientIdentity client, String account);

    /**
     * How the policy would decide over {@code about}. Needs the right {@code admin:*}.
     *
     * @param cluster id or name; null for none
     */
    Explanation explain(
            ClientIdentity client, ClientIdentity about, Verb verb, String account, @Nullable String cluster);
}
