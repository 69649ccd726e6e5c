package dev.iambroker.broker;

import dev.iambroker.account.Cluster;
import dev.iambroker.account.IbmAccount;
import dev.iambroker.account.KnownCluster;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Explanation;
import dev.iambroker.policy.Fact;
import dev.iambroker.policy.Verb;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The front door: one method a client verb. Every method asks the policy first and throws {@link
 * BrokerFailure.Denied} where it says no. Accounts and clusters are named as the client wrote them.
 *
 * <p>Thread-safe. The methods named {@code …Now} and {@link #accounts}, {@link #accessible}, {@link #account}, {@link #readiness} read
 * memory only and may run on an event loop; all others may block up to the request's {@code wait} and belong on a
 * virtual thread.
 */
public interface TokenBroker {
    /** The token, if it can be had without waiting; null sends the caller to {@link #token}. */
    @Nullable
    TokenGrant tokenNow(ClientIdentity client, TokenRequest request);

    /**
     * For a client that was just given what it asked of {@link #tokenNow} and is likely to ask again; null where each
     * request has to be looked at by itself.
     */
    default @Nullable StandingOrder standingOrder(ClientIdentity client, TokenRequest request) {
        return null;
    }

    /** The token, waiting for IAM up to {@code request.patience()} where it must. */
    TokenGrant token(ClientIdentity client, TokenRequest request);

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

    /** The aliases of the accounts whose access token the client may have. */
    List<String> accessible(ClientIdentity client);

    AccountView account(ClientIdentity client, String account);

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

    /** The name of the rule that speaks for the client, for metrics. */
    String nameOf(ClientIdentity client);

    /** Never blocks. @throws BrokerFailure.Locked while nothing may be handed out */
    void demandOpen();

    /**
     * Counts a request against the rate of the rule that speaks for the client.
     *
     * @param rule its name, from {@link #nameOf}
     * @param account the one that is asked for, as the client wrote it; null where it is not known
     * @throws BrokerFailure.TooManyRequests if it is over its rate; that is on record then
     */
    void takeTurn(ClientIdentity client, String rule, @Nullable String account);

    /**
     * Puts on record that the client did not get what was decided for it, as its process may be another by now.
     *
     * @param account as for {@link #takeTurn}
     */
    void withheld(ClientIdentity client, @Nullable String account);

    /** Puts on record that the client showed a secret that is nobody's. Never blocks. */
    void wrongSecret(ClientIdentity client);

    /** What has to be read of the client's process before it can be said which rule speaks for it. */
    Set<Fact> asks(ClientIdentity client);

    /** Whether the client has its rights by what its process runs, which must still hold when it is answered. */
    boolean isByProgram(ClientIdentity client);

    /**
     * How the policy would decide over {@code about}. Needs the right {@code admin:*}.
     *
     * @param cluster id or name; null for none
     */
    Explanation explain(
            ClientIdentity client, ClientIdentity about, Verb verb, String account, @Nullable String cluster);
}
