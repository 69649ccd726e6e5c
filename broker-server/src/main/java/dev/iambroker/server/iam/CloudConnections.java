package dev.iambroker.server.iam;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.ServiceFailure;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * For every account the way to its cloud. Accounts with equal endpoints share one HTTP client and so its connections.
 * Owns the clients. Thread-safe.
 */
public final class CloudConnections implements AutoCloseable {
    /** What is under way may take longer; then its connection ends with it. */
    private static final Duration ENDING = Duration.ofSeconds(1);

    private final HttpSettings settings;
    private volatile Map<AccountName, CloudConnection> connections;

    /** @throws IllegalArgumentException if a {@code caFile} is unusable */
    public CloudConnections(HttpSettings settings, Map<AccountName, Endpoints> endpoints) {
        this.settings = settings;
        this.connections = connect(endpoints, Map.of());
    }

    /**
     * Takes over changed endpoints and those of new accounts, whole or not at all. Unchanged ones keep their
     * connections, but a CA file is read again; accounts that are not among these stay until {@link #retain}.
     *
     * @throws IllegalArgumentException if a {@code caFile} is unusable; then nothing has changed
     */
    public synchronized void take(Map<AccountName, Endpoints> endpoints) {
        Map<AccountName, CloudConnection> next = new HashMap<>(connections);
        next.putAll(connect(endpoints, byEndpoints(connections)));
        swap(next);
    }

    /**
     * Connects anew, and waits a moment for what was connected before to be closed. What a client of {@code java.net.http} read last stays in its connection's buffer until that is
     * closed, so that tokens stay in memory after everybody forgot them.
     *
     * @throws IllegalArgumentException if a {@code caFile} is unusable; then nothing has changed
     */
    public synchronized void reconnect() {
        Map<AccountName, Endpoints> endpoints = new HashMap<>();
        connections.forEach((name, connection) -> endpoints.put(name, connection.endpoints()));
        Set<CloudConnection> before = new HashSet<>(connections.values());
        swap(connect(endpoints, Map.of()));
        for (CloudConnection connection : before) {
            if (!connection.hasEnded(ENDING)) {
                return;
            }
        }
    }

    /** Forgets the accounts that are not among {@code names}. */
    public synchronized void retain(Set<AccountName> names) {
        Map<AccountName, CloudConnection> next = new HashMap<>(connections);
        next.keySet().retainAll(names);
        swap(next);
    }

    private void swap(Map<AccountName, CloudConnection> next) {
        Set<CloudConnection> dropped = new HashSet<>(connections.values());
        connections = Map.copyOf(next);
        dropped.removeAll(next.values());
        // Orderly: a refresh whose answer is on its way must not be lost, its refresh token may be spent already.
        dropped.forEach(CloudConnection::shutdown);
    }

    /** Cuts off what is under way. Idempotent. */
    @Override
    public synchronized void close() {
        new HashSet<>(connections.values()).forEach(CloudConnection::shutdownNow);
    }

    /** Null for an account that the configuration no longer has. */
    @Nullable
    CloudConnection find(Account account) {
        return connections.get(account.name());
    }

    /** @throws ServiceFailure for an account that the configuration no longer has */
    CloudConnection known(Account account) {
        CloudConnection connection = find(account);
        if (connection == null) {
            throw new ServiceFailure(
                    "account \"" + account.name() + "\" is no longer configured", ServiceFailure.NO_STATUS, null);
        }
        return connection;
    }

    private Map<AccountName, CloudConnection> connect(
            Map<AccountName, Endpoints> endpoints, Map<Endpoints, CloudConnection> reusable) {
        Map<Endpoints, CloudConnection> made = new HashMap<>();
        try {
            Map<AccountName, CloudConnection> byName = new HashMap<>();
            endpoints.forEach((name, where) ->
                    byName.put(name, made.computeIfAbsent(where, key -> connectTo(key, reusable.get(key)))));
            return Map.copyOf(byName);
        } catch (IllegalArgumentException e) {
            made.values().removeAll(reusable.values());
            made.values().forEach(CloudConnection::shutdownNow);
            throw e;
        }
    }

    private CloudConnection connectTo(Endpoints endpoints, @Nullable CloudConnection reusable) {
        if (reusable != null && endpoints.caFile() == null) {
            return reusable;
        }
        return new CloudConnection(endpoints, client(endpoints.caFile()), settings);
    }

    private static Map<Endpoints, CloudConnection> byEndpoints(Map<AccountName, CloudConnection> connections) {
        Map<Endpoints, CloudConnection> found = new HashMap<>();
        connections.values().forEach(connection -> found.put(connection.endpoints(), connection));
        return found;
    }

    /** A file that is unusable is complained of now. */
    private ClientOnDemand client(@Nullable Path caFile) {
        return caFile == null
                ? new ClientOnDemand(() -> built(null))
                : ClientOnDemand.madeNow(() -> built(AddedTrust.with(caFile)));
    }

    private HttpClient built(@Nullable SSLContext trust) {
        HttpClient.Builder client = HttpClient.newBuilder()
                .executor(settings.executor())
                .connectTimeout(settings.connectTimeout())
                .followRedirects(HttpClient.Redirect.NEVER)
                // Without a selector of its own the client would take the JVM's.
                .proxy(settings.proxy() == null ? HttpClient.Builder.NO_PROXY : settings.proxy());
        if (trust != null) {
            client.sslContext(trust);
        }
        return client.build();
    }
}
