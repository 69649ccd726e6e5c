package dev.iambroker.account;

import org.jspecify.annotations.Nullable;

/**
 * A cluster that was seen in an account, with what a client needs to trust it. Public data.
 *
 * @param certificateAuthority PEM text; null where it was not fetched yet or the certificate is publicly trusted
 */
public record KnownCluster(
        AccountName account, Cluster cluster, @Nullable String certificateAuthority) {}
