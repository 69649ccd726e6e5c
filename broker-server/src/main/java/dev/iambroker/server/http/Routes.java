package dev.iambroker.server.http;

import dev.iambroker.broker.AccessTokens;
import dev.iambroker.broker.LockControl;
import dev.iambroker.broker.ShareControl;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.fleet.FleetReport;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
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
     * @param fleet null where none is configured
     */
    public static RouteTable all(
            TokenBroker broker,
            LockControl lock,
            ShareControl shares,
            MetricsExposition metrics,
            Renewals renewals,
            KubeconfigTemplate kubeconfig,
            List<String> notes,
            TokenAnswers tokens,
            MetadataSessions sessions,
            @Nullable AuditTrail audit,
            @Nullable Supplier<FleetReport> fleet) {
        return new RouteTable(
                list(broker, lock, shares, metrics, renewals, kubeconfig, notes, tokens, sessions, audit, fleet));
    }

    /**
     * For a shared socket: what gives its token, how its account stands, and health; all else is refused there. Arguments
     * as for {@link #all}.
     */
    public static RouteTable shared(
            TokenBroker broker,
            LockControl lock,
            ShareControl shares,
            MetricsExposition metrics,
            Renewals renewals,
            KubeconfigTemplate kubeconfig,
            TokenAnswers tokens,
            MetadataSessions sessions,
            @Nullable AuditTrail audit,
            @Nullable Supplier<FleetReport> fleet) {
        List<Route> routes =
                list(broker, lock, shares, metrics, renewals, kubeconfig, List.of(), tokens, sessions, audit, fleet);
        return new RouteTable(routes.stream()
                .map(route -> isShared(route) ? route : new RefusedRoute(route))
                .toList());
    }

    /** By name, so that a new route is refused until somebody thinks of it. */
    private static boolean isShared(Route route) {
        return route instanceof TokenRoute
                || route instanceof WatchRoute
                || route instanceof KubeCredentialRoute
                || route instanceof AccountKubeCredentialRoute
                || route instanceof AccountRoute
                || route instanceof LivezRoute
                || route instanceof ReadyzRoute
                || route instanceof AccountReadyzRoute;
    }

    private static List<Route> list(
            TokenBroker broker,
            LockControl lock,
            ShareControl shares,
            MetricsExposition metrics,
            Renewals renewals,
            KubeconfigTemplate kubeconfig,
            List<String> notes,
            TokenAnswers tokens,
            MetadataSessions sessions,
            @Nullable AuditTrail audit,
            @Nullable Supplier<FleetReport> fleet) {
        List<Route> routes = new ArrayList<>(List.of(
                new AccountsRoute(broker, shares, notes),
                new AccountRoute(broker),
                new HistoryRoute(broker, renewals),
                new TokenRoute(broker, tokens),
                new WatchRoute(broker, tokens),
                new IdentityTokenRoute(new IbmTokens(broker)),
                new KubeCredentialRoute(broker),
                new AccountKubeCredentialRoute(broker),
                new IbmAccountsRoute(broker),
                new ClustersRoute(broker),
                new ClusterRoute(broker),
                new KubeconfigRoute(broker, kubeconfig),
                new PasscodeUrlRoute(broker),
                new LoginRoute(broker),
                new AccountCommandRoute("refresh", broker::refresh),
                new AccountCommandRoute("purge", broker::purge),
                new AccountCommandRoute("logout", broker::logout),
                new ShareRoute(shares),
                new SharesRoute(shares),
                new UnshareRoute(shares),
                new LockRoute(lock),
                new UnlockRoute(lock),
                new ExplainRoute(broker),
                new LivezRoute(broker, true),
                new ReadyzRoute(broker, true),
                new AccountReadyzRoute(broker),
                new FleetRoute(broker, fleet, InstantSource.system()),
                new MetricsRoute(metrics)));
        routes.addAll(Metadata.routes(sessions, new IbmTokens(broker)));
        routes.addAll(AuditRoute.all(broker, audit));
        return routes;
    }

    /** For a listener that serves IBM's own clients and nobody else: their two ways to an access token. */
    public static RouteTable ofIbm(AccessTokens tokens, MetadataSessions sessions) {
        List<Route> routes = new ArrayList<>(Metadata.routes(sessions, new IbmTokens(tokens)));
        routes.add(new IdentityTokenRoute(new IbmTokens(tokens)));
        return new RouteTable(routes);
    }

    /** For the metrics listener: health and metrics, without any account's name in a health answer. */
    public static RouteTable metricsOnly(TokenBroker broker, MetricsExposition metrics) {
        return new RouteTable(
                List.of(new LivezRoute(broker, false), new ReadyzRoute(broker, false), new MetricsRoute(metrics)));
    }
}
