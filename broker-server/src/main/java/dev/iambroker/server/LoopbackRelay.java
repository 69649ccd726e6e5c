package dev.iambroker.server;

import dev.iambroker.broker.AccessTokens;
import dev.iambroker.broker.Admission;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Fact;
import dev.iambroker.secret.Secret;
import dev.iambroker.server.cli.Relay;
import dev.iambroker.server.http.ClientSecrets;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.MetadataSessions;
import dev.iambroker.server.http.RequestEvents;
import dev.iambroker.server.http.RouteTable;
import dev.iambroker.server.http.Routes;
import dev.iambroker.server.http.TransportRules;
import dev.iambroker.server.os.ProcFs;
import dev.iambroker.server.transport.ConnectionLimits;
import dev.iambroker.server.transport.Engine;
import dev.iambroker.server.transport.EventLoops;
import dev.iambroker.server.transport.SocketListener;
import dev.iambroker.server.transport.Witnesses;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;

/** The daemon's own loopback listener, for one secret and for IBM's two ways to a token alone. */
final class LoopbackRelay implements Relay {
    private static final String CLIENT = "exec";

    private final EventLoops loops;
    private final ExecutorService workers;
    private final SocketListener listener;

    private LoopbackRelay(EventLoops loops, ExecutorService workers, SocketListener listener) {
        this.loops = loops;
        this.workers = workers;
        this.listener = listener;
    }

    /** @throws dev.iambroker.server.transport.ListenFailure if no port can be had */
    static LoopbackRelay open(AccessTokens tokens, Secret secret) {
        var loops = new EventLoops();
        ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
        try {
            var engine = new Engine(loops, workers, new ConnectionLimits(), new Witnesses(new ProcFs(), workers));
            var anyPort = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
            return new LoopbackRelay(loops, workers, SocketListener.loopback(anyPort, service(tokens, secret), engine));
        } catch (RuntimeException e) {
            workers.close();
            loops.close();
            throw e;
        }
    }

    private static HttpService service(AccessTokens tokens, Secret secret) {
        RouteTable routes = Routes.ofIbm(tokens, new MetadataSessions(System::nanoTime, InstantSource.system()));
        TransportRules rules = TransportRules.loopback(ClientSecrets.of(Map.of(CLIENT, secret)), Set.of());
        return new HttpService(routes, rules, new WhoeverHasTheSecret(), RequestEvents.NONE, System::nanoTime);
    }

    @Override
    public String url() {
        return "http://127.0.0.1:" + listener.port();
    }

    @Override
    public void close() {
        listener.close(Duration.ZERO);
        workers.shutdownNow();
        loops.close();
    }

    /** The daemon judges, counts and records what is asked of it: nothing is left to do here. */
    private static final class WhoeverHasTheSecret implements Admission {
        @Override
        public String nameOf(ClientIdentity client) {
            return CLIENT;
        }

        @Override
        public void demandOpen() {}

        @Override
        public void takeTurn(ClientIdentity client, String rule, @Nullable String account) {}

        @Override
        public void withheld(ClientIdentity client, @Nullable String account) {}

        @Override
        public void wrongSecret(ClientIdentity client) {}

        @Override
        public Set<Fact> asks(ClientIdentity client) {
            return Set.of();
        }

        @Override
        public boolean isByProgram(ClientIdentity client) {
            return false;
        }
    }
}
