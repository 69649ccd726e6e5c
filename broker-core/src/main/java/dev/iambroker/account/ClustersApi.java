package dev.iambroker.account;

import dev.iambroker.secret.Secret;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Port to the containers service. Blocking; implementations are thread-safe and bound every call in time. The refresh
 * token is sent only by the generations whose pages ask for it ({@link Cloud#needsRefreshToken()}); others ignore it.
 */
public interface ClustersApi {
    /**
     * Every cluster of the account.
     *
     * @throws ServiceFailure if the service cannot be reached or refuses
     */
    List<Cluster> list(Account account, Secret accessToken, @Nullable Secret refreshToken);

    /**
     * One cluster by its id or name.
     *
     * @throws ServiceFailure if the service cannot be reached or refuses; status 404 where there is no such cluster
     */
    Cluster get(Account account, Secret accessToken, @Nullable Secret refreshToken, String idOrName);

    /**
     * The certificate authority of the cluster's API server, PEM text, null where its certificate is publicly trusted
     * (OpenShift). Asking synchronises the caller's RBAC with the cluster.
     *
     * @throws ServiceFailure if the service cannot be reached or refuses
     */
    @Nullable
    String certificateAuthority(Account account, Secret accessToken, @Nullable Secret refreshToken, Cluster cluster);
}
