package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Login;
import dev.iambroker.account.ServiceFailure;
import dev.iambroker.iam.ClockSkew;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import java.net.InetSocketAddress;
import java.net.ProxySelector;
import java.net.URI;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class CloudConnectionsTest {
    private static final Account ONE = account("one");
    private static final Account TWO = account("two");
    private static final Endpoints HERE = Endpoints.of(Cloud.IBM_CLOUD);
    private static final Endpoints THERE = Endpoints.of(Cloud.IBM_CLOUD_PRIVATE);
    private static final Grant GRANT = new Grant.ApiKey(Secret.of("key"), null, false);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @Test
    void find_equalEndpoints_shareOneConnection() {
        try (CloudConnections connections =
                connections(Map.of(ONE.name(), HERE, TWO.name(), Endpoints.of(Cloud.IBM_CLOUD)))) {
            assertThat(connections.find(ONE)).isSameAs(connections.find(TWO)).isNotNull();
        }
    }

    @Test
    void replace_unchangedEndpoints_keepTheirConnection() {
        try (CloudConnections connections = connections(Map.of(ONE.name(), HERE))) {
            CloudConnection before = connections.find(ONE);

            connections.take(Map.of(ONE.name(), HERE, TWO.name(), THERE));

            assertThat(connections.find(ONE)).isSameAs(before);
            assertThat(connections.find(TWO)).isNotSameAs(before).isNotNull();
        }
    }

    @Test
    void replace_unusableCaFile_changesNothing() {
        try (CloudConnections connections = connections(Map.of(ONE.name(), HERE))) {
            CloudConnection before = connections.find(ONE);
            Endpoints unusable = new Endpoints(Cloud.IBM_CLOUD, null, null, null, null, Path.of("/nowhere/ca.pem"));

            assertThatThrownBy(() -> connections.take(Map.of(ONE.name(), THERE, TWO.name(), unusable)))
                    .isInstanceOf(IllegalArgumentException.class);

            assertThat(connections.find(ONE)).isSameAs(before);
            assertThat(connections.find(TWO)).isNull();
        }
    }

    @Test
    void request_accountNoLongerConfigured_givesUp() {
        try (CloudConnections connections = connections(Map.of())) {
            IamFailure iam = catchThrowableOfType(
                    IamFailure.class, () -> client(connections).request(ONE, GRANT));
            ServiceFailure service = catchThrowableOfType(
                    ServiceFailure.class, () -> new HttpAccountsApi(connections).list(ONE, Secret.of("token")));

            assertThat(iam).isInstanceOf(IamFailure.GiveUp.class).hasMessageContaining("\"one\"");
            assertThat(service).hasMessageContaining("\"one\"");
        }
    }

    @Test
    void request_withProxy_goesThroughIt() {
        try (RawServer proxy = new RawServer().thenAnswer(200, "{\"access_token\":\"a\",\"expires_in\":60}");
                RawServer direct = new RawServer()) {
            URI via = proxy.uri();
            ProxySelector selector = ProxySelector.of(new InetSocketAddress(via.getHost(), via.getPort()));
            Endpoints endpoints = new Endpoints(Cloud.IBM_CLOUD, direct.uri(), null, null, null, null);
            try (CloudConnections connections = connections(Map.of(ONE.name(), endpoints), selector)) {
                client(connections).request(ONE, GRANT);
            }

            assertThat(proxy.onlyRequest()).startsWith("POST " + direct.uri() + "/identity/token HTTP/1.1\r\n");
            assertThat(direct.requests()).isEmpty();
        }
    }

    private static HttpIamClient client(CloudConnections connections) {
        return new HttpIamClient(
                connections,
                InstantSource.fixed(Wire.NOW),
                () -> 0,
                (grant, status, nanos) -> {},
                new ClockSkew(unused -> {}));
    }

    private CloudConnections connections(Map<AccountName, Endpoints> endpoints) {
        return connections(endpoints, null);
    }

    private CloudConnections connections(Map<AccountName, Endpoints> endpoints, @Nullable ProxySelector proxy) {
        return new CloudConnections(HttpSettings.standard("1.2.3", executor, proxy), endpoints);
    }

    private static Account account(String name) {
        return new Account(new AccountName(name), new Login.Passcode(), null, Cloud.IBM_CLOUD, false);
    }
}
