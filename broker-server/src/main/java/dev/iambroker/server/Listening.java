package dev.iambroker.server;

import dev.iambroker.broker.LockControl;
import dev.iambroker.broker.ShareControl;
import dev.iambroker.broker.TokenBroker;
import dev.iambroker.client.Scope;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.server.config.Listen;
import dev.iambroker.server.http.AuditTrail;
import dev.iambroker.server.http.ClientSecrets;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.KubeconfigTemplate;
import dev.iambroker.server.http.MetadataSessions;
import dev.iambroker.server.http.MetricsExposition;
import dev.iambroker.server.http.RouteTable;
import dev.iambroker.server.http.Routes;
import dev.iambroker.server.http.TokenAnswers;
import dev.iambroker.server.http.TransportRules;
import dev.iambroker.server.telemetry.Exposition;
import dev.iambroker.server.telemetry.Telemetry;
import dev.iambroker.server.transport.Engine;
import dev.iambroker.server.transport.InheritedSocket;
import dev.iambroker.server.transport.SocketListener;
import dev.iambroker.server.transport.UnixSocket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Opens the sockets of a broker.
 *
 * @param answers prepared ones, shared by all sockets
 * @param sessions of the metadata routes, of all sockets
 * @param audit null where no audit log is kept
 * @param fleet null where none is configured
 * @param stop ends every listener that is begun here
 * @param inherited those that are open already
 */
record Listening(
        TokenBroker broker,
        LockControl lock,
        ShareControl shares,
        TokenAnswers answers,
        MetadataSessions sessions,
        @Nullable AuditTrail audit,
        @Nullable Supplier<FleetReport> fleet,
        Telemetry telemetry,
        ClientSecrets secrets,
        Engine engine,
        OrderlyStop stop,
        InheritedSockets inherited) {
    /** @return the port of the loopback listener; 0 where there is none */
    int begin(Listen listen, KubeconfigTemplate kubeconfig, List<String> notes) {
        RouteTable all = Routes.all(
                broker,
                lock,
                shares,
                exposition(),
                telemetry::renewals,
                kubeconfig,
                notes,
                answers,
                sessions,
                audit,
                fleet);
        Listen.Http tcp = listen.http();
        int http = tcp == null ? 0 : loopback(tcp, all).port();
        Listen.Metrics scraped = listen.metrics();
        if (scraped != null) {
            metrics(scraped);
        }
        // Last, since a socket that answers tells every client that the broker is there.
        HttpService service = service(all, TransportRules.unixSocket(secrets));
        InheritedSocket main = inherited.unix();
        stop.with(
                main == null
                        ? SocketListener.unix(socket(listen.unix()), service, engine)
                        : SocketListener.unix(main, service, engine));
        return http;
    }

    /** What a shared socket serves. */
    HttpService shared(Scope scope, KubeconfigTemplate kubeconfig) {
        RouteTable routes = Routes.shared(
                broker, lock, shares, exposition(), telemetry::renewals, kubeconfig, answers, sessions, audit, fleet);
        return service(routes, TransportRules.sharedSocket(secrets, scope));
    }

    private SocketListener loopback(Listen.Http tcp, RouteTable all) {
        HttpService service = service(all, TransportRules.loopback(secrets, words(tcp.open())));
        InheritedSocket main = inherited.http();
        return stop.with(
                main == null
                        ? SocketListener.loopback(tcp.address(), service, engine)
                        : SocketListener.loopback(main, service, engine));
    }

    private void metrics(Listen.Metrics scraped) {
        RouteTable routes = Routes.metricsOnly(broker, exposition());
        HttpService service = service(routes, TransportRules.metrics(Set.copyOf(scraped.hosts())));
        InheritedSocket open = inherited.metrics();
        stop.with(
                open == null
                        ? SocketListener.anyInterface(scraped.address(), service, engine)
                        : SocketListener.anyInterface(open, service, engine));
    }

    private MetricsExposition exposition() {
        return accept -> {
            Exposition scrape = telemetry.scrape(accept);
            return new MetricsExposition.Scrape(scrape.contentType(), scrape.pieces());
        };
    }

    private HttpService service(RouteTable routes, TransportRules rules) {
        return new HttpService(routes, rules, broker, new MeteredRequests(telemetry), System::nanoTime);
    }

    private static Set<String> words(Set<Listen.OpenRoute> routes) {
        Set<String> words = new HashSet<>();
        routes.forEach(route -> words.add(route.word()));
        return words;
    }

    private static UnixSocket socket(Listen.Unix unix) {
        Listen.Group group = unix.group();
        return new UnixSocket(unix.path(), unix.mode().permissions(), group == null ? null : group.name());
    }
}
