package dev.iambroker.server.iam;

import dev.iambroker.account.Cluster;
import java.util.List;

/** One version of the containers service, on behalf of one caller's tokens. */
interface ContainersDialect {
    List<Cluster> list();

    /** @throws dev.iambroker.account.ServiceFailure with status 404 where there is no such cluster */
    Cluster get(String idOrName);

    /** The kubeconfig of {@code cluster} as the service sends it: JSON, YAML or a zip archive. */
    byte[] kubeconfig(Cluster cluster);
}
