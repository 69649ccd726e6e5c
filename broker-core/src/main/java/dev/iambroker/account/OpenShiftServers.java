package dev.iambroker.account;

import dev.iambroker.secret.Secret;

/**
 * Port to the API and OAuth servers of OpenShift clusters. Blocking, each call with a deadline over the whole exchange;
 * implementations are thread-safe and never retry.
 */
public interface OpenShiftServers {
    /**
     * Where the cluster's OAuth server takes a passcode, as its API server says: at the cluster's own host or one of its
     * known variants, by TLS. A URL without query or fragment.
     *
     * @throws OpenShiftFailure if the API server cannot be asked, or names a place that no passcode may be sent to
     */
    String authorization(Account account, Cluster cluster);

    /**
     * Exchanges a one-time passcode for the cluster's token.
     *
     * @param authorization what {@link #authorization} answered for the same cluster
     * @throws OpenShiftFailure if the OAuth server cannot be asked, or refuses
     */
    OpenShiftToken token(Account account, Cluster cluster, String authorization, Secret passcode);
}
