package dev.iambroker.account;

import java.util.List;

/** Port to the durable list of clusters seen. Public data, kept beside the sessions; losing it costs one look-up. */
public interface ClusterStore {
    /** Everything known; empty where nothing was kept or what was kept cannot be read. */
    List<KnownCluster> load();

    /**
     * Replaces what is known of {@code account}. Where that cannot be written the implementation says so in the log;
     * what was kept before is still whole.
     */
    void save(AccountName account, List<KnownCluster> clusters);
}
