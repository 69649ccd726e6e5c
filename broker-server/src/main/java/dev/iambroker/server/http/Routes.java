package dev.iambroker.server.http;

import dev.iambroker.broker.LockControl;
import dev.iambroker.broker.TokenBroker;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Every route there is, by listener. */
public final class Routes {
    private Routes() {}

    /**
     * For the Unix socket and loopback TCP.
     *
     * @param notes what {@code status} adds below the accounts, a sentence each
     * @param tokens prepared answers
     * @param audit null where no audit log is kept
     */
    public static RouteTable all(
            TokenBroker broker,
            LockControl lock,
            MetricsExposition metrics,
            KubeconfigTemplate kubeconfig,
            List<String> notes,
            TokenAnswers tokens,
            @Nullable AuditTrail audit) {
        List<Route> routes = new ArrayList<>(List.of(
                new AccountsRoute(broker, notes),
                new AccountRoute(broker),
                new TokenRoute(broker, tokens),
                new WatchRoute(broker, tokens),
                new KubeCredentialRoute(broker),
                new AccountKubeCredentialRoute(broker),
                new IbmAccountsRoute(broker),
                new ClustersRoute(broker),
                new ClusterRoute(broker),
                new KubeconfigRoute(broker, kubeconfig),
                new LoginRoute(broker),
                new AccountCommandRoute("refresh", broker::refresh),
                new AccountCommandRoute("purge", broker::purge),
                new AccountCommandRoute("logout", broker::logout),
                new LockRoute(lock),
                new UnlockRoute(lock),
                new ExplainRoute(broker),
                new LivezRoute(broker, true),
                new ReadyzRoute(broker, true),
                new AccountReadyzRoute(broker),
                new MetricsRoute(metrics)));
        routes.addAll(AuditRoute.all(broker, audit));
        return new RouteTable(routes);
    }

    /** For the metrics listener: health and metrics, without any account's name in a health answer. */
    public static RouteTable metricsOnly(TokenBroker broker, MetricsExposition metrics) {
        return new RouteTable(
                List.of(new LivezRoute(broker, false), new ReadyzRoute(broker, false), new MetricsRoute(metrics)));
    }
}
