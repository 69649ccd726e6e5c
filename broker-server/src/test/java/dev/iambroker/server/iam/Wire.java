package dev.iambroker.server.iam;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.iam.ClockSkew;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** The clients under test, wired to one server, with one account. */
final class Wire implements AutoCloseable {
    static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    static final String ACCOUNT_ID = "0123456789abcdef0123456789abcdef";
    static final Duration PATIENT = Duration.ofSeconds(20);

    final Account account;
    final HttpIamClient iam;
    final HttpAccountsApi accounts;
    final HttpClustersApi clusters;
    final AtomicLong nanos = new AtomicLong();
    final ClockSkew skew = new ClockSkew(unused -> {});
    final List<String> heard = new CopyOnWriteArrayList<>();
    final List<Duration> slept = new CopyOnWriteArrayList<>();

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final CloudConnections connections;

    private Wire(Endpoints endpoints, boolean uaa, Duration deadline) {
        AccountName name = new AccountName("prod");
        HttpSettings settings = new HttpSettings("iam-broker/1.2.3", executor, null, PATIENT, deadline);
        connections = new CloudConnections(settings, Map.of(name, endpoints));
        account = new Account(name, new Login.Passcode(), null, endpoints.cloud(), uaa);
        iam = new HttpIamClient(
                connections,
                InstantSource.fixed(NOW),
                nanos::get,
                (grant, status, nanos) -> heard.add(grant + " " + status),
                skew);
        accounts = new HttpAccountsApi(connections);
        clusters = new HttpClustersApi(connections, slept::add);
    }

    static Wire to(RawServer server, Cloud cloud, boolean uaa) {
        return to(server, cloud, uaa, null);
    }

    static Wire to(RawServer server, Cloud cloud, boolean uaa, @Nullable String region) {
        URI uri = server.uri();
        URI containers = cloud.needsRefreshToken() ? uri : uri.resolve("/global");
        return new Wire(new Endpoints(cloud, uri, uri, containers, region, null), uaa, PATIENT);
    }

    static Wire to(Endpoints endpoints) {
        return new Wire(endpoints, false, PATIENT);
    }

    static Wire to(URI iam, Duration deadline) {
        return new Wire(new Endpoints(Cloud.IBM_CLOUD, iam, null, null, null, null), false, deadline);
    }

    @Override
    public void close() {
        connections.close();
        executor.shutdownNow();
    }
}
