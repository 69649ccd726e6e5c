package dev.iambroker.account;

import org.jspecify.annotations.Nullable;

/**
 * A cluster that was seen in an account, with what a client needs to trust it. Public data.
 *
 * @param accountId the IBM account that it is in; null where a record of an earlier version does not say
 * @param certificateAuthority PEM text; null where it was not fetched yet or the certificate is publicly trusted
 */
public record KnownCluster(
        AccountName account,
        @Nullable String accountId,
        Cluster cluster,
        @Nullable String certificateAuthority) {}
