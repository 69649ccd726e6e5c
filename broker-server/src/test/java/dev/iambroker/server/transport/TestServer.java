package dev.iambroker.server.transport;

import dev.iambroker.secret.Secret;
import dev.iambroker.server.http.ClientSecrets;
import dev.iambroker.server.http.FakeBroker;
import dev.iambroker.server.http.FakeLock;
import dev.iambroker.server.http.FakeShares;
import dev.iambroker.server.http.HttpService;
import dev.iambroker.server.http.KubeconfigTemplate;
import dev.iambroker.server.http.MetadataSessions;
import dev.iambroker.server.http.MetricsExposition;
import dev.iambroker.server.http.RequestEvents;
import dev.iambroker.server.http.Routes;
import dev.iambroker.server.http.TokenAnswers;
import dev.iambroker.server.http.TransportRules;
import dev.iambroker.server.os.ProcFs;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Real sockets around a fake broker. */
final class TestServer implements AutoCloseable {
    static final String SECRET = "client-secret-canary";

    private static final ClientSecrets SECRETS = ClientSecrets.of(Map.of("ci", Secret.of(SECRET)));
    private static final MetricsExposition METRICS = accept -> MetricsExposition.Scrape.of("text/plain", "metrics\n");

    final ConnectionLimits limits;

    /** Two, as on a machine with some cores: a connection is then accepted on one and served on the other. */
    final EventLoops loops = new EventLoops(2);

    private final FakeBroker broker;
    private final ExecutorService workers = Executors.newVirtualThreadPerTaskExecutor();
    private final ExecutorService lookers = Executors.newCachedThreadPool();
    private final List<SocketListener> listeners = new ArrayList<>();

    TestServer(FakeBroker broker) {
        this(broker, new ConnectionLimits());
    }

    TestServer(FakeBroker broker, ConnectionLimits limits) {
        this.broker = broker;
        this.limits = limits;
    }

    static HttpService unixService(FakeBroker broker, RequestEvents events) {
        return everything(broker, TransportRules.unixSocket(SECRETS), events);
    }

    SocketListener listen(UnixSocket socket) {
        return added(SocketListener.unix(socket, unixService(broker, RequestEvents.NONE), engine()));
    }

    SocketListener listen(InheritedSocket socket) {
        return added(SocketListener.unix(socket, unixService(broker, RequestEvents.NONE), engine()));
    }

    SocketListener listenOnLoopback(InheritedSocket socket) {
        TransportRules rules = TransportRules.loopback(SECRETS, Set.of("livez", "readyz"));
        return added(SocketListener.loopback(socket, everything(broker, rules, RequestEvents.NONE), engine()));
    }

    SocketListener listenOnLoopback() {
        return listenOnLoopback(anyPort());
    }

    SocketListener listenOnLoopback(InetSocketAddress address) {
        TransportRules rules = TransportRules.loopback(SECRETS, Set.of("livez", "readyz"));
        return added(SocketListener.loopback(address, everything(broker, rules, RequestEvents.NONE), engine()));
    }

    SocketListener listenForMetrics() {
        HttpService service = new HttpService(
                Routes.metricsOnly(broker, METRICS),
                TransportRules.metrics(Set.of("broker.example")),
                broker,
                RequestEvents.NONE,
                System::nanoTime);
        return added(SocketListener.anyInterface(anyPort(), service, engine()));
    }

    private static HttpService everything(FakeBroker broker, TransportRules rules, RequestEvents events) {
        KubeconfigTemplate kubeconfig = new KubeconfigTemplate(Path.of("/opt/iam-broker-credential"), null);
        return new HttpService(
                Routes.all(
                        broker,
                        new FakeLock(),
                        new FakeShares(),
                        METRICS,
                        account -> null,
                        kubeconfig,
                        List.of(),
                        new TokenAnswers(System::nanoTime),
                        new MetadataSessions(() -> 0, InstantSource.system()),
                        null,
                        null),
                rules,
                broker,
                events,
                System::nanoTime);
    }

    Engine engine() {
        return new Engine(loops, workers, limits, new Witnesses(new ProcFs(), lookers));
    }

    private SocketListener added(SocketListener listener) {
        listeners.add(listener);
        return listener;
    }

    private static InetSocketAddress anyPort() {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }

    /** Waits until so many connections are open. */
    void awaitOpen(int count) {
        awaitUntil(count + " connections are open", () -> limits.open() == count);
    }

    static void awaitUntil(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("waited in vain until " + what);
            }
            Thread.onSpinWait();
        }
    }

    static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("nobody opened the gate");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        listeners.forEach(listener -> listener.close(Duration.ZERO));
        loops.close();
        workers.shutdown();
        lookers.shutdown();
    }
}
