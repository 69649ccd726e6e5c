package dev.iambroker.server.http;

import static dev.iambroker.server.http.TestRequests.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.secret.Secret;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class TransportRulesTest {
    private static final ClientSecrets SECRETS =
            ClientSecrets.of(Map.of("ci", Secret.of("s1"), "twin", Secret.of("s1"), "other", Secret.of("s2")));
    private static final String BEARER = "Authorization: Bearer s1";

    private final TransportRules unix = TransportRules.unixSocket(SECRETS);
    private final TransportRules tcp = TransportRules.loopback(SECRETS, Set.of("livez", "readyz"));
    private final TransportRules metrics = TransportRules.metrics(Set.of("Broker.Example", "[fd00::1]"));

    private static int statusOf(TransportRules rules, HttpRequest request, Arrival arrival) {
        RequestRefused refused = catchThrowableOfType(RequestRefused.class, () -> rules.admit(request, arrival));
        return refused == null ? 200 : refused.problem().type().status();
    }

    @ParameterizedTest
    @CsvSource({
        "localhost,200,200",
        "LOCALHOST:8180,200,200",
        "127.0.0.1,200,200",
        "127.0.0.1:8180,200,200",
        "[::1],200,200",
        "[::1]:8180,200,200",
        "localhost:80,421,421",
        "localhost:08180,421,421",
        "localhost.,421,421",
        "localhost.evil.example,421,421",
        "evil.example:8180,421,421",
        "evil.example,421,421",
        "127.0.0.2,421,421",
        "2130706433,421,421",
        "0.0.0.0:8180,421,421",
        "[::ffff:127.0.0.1],421,421",
        "broker.example,421,200",
        "broker.example:8180,421,200",
        "[FD00::1]:8180,421,200",
    })
    void host_overTcp_exactNamesOnly(String host, int onLoopback, int onMetrics) {
        HttpRequest request = get("/livez", "Host: " + host, BEARER);

        assertThat(statusOf(tcp, request, TestRequests.TCP)).isEqualTo(onLoopback);
        assertThat(statusOf(metrics, request, TestRequests.TCP)).isEqualTo(onMetrics);
        assertThat(statusOf(unix, request, TestRequests.OWNER)).isEqualTo(200);
    }

    /** A pod's address, or any other that a listener on all addresses is reached by. */
    @ParameterizedTest
    @CsvSource({
        "10.1.2.3:8180,10.1.2.3,200",
        "10.1.2.3,10.1.2.3,200",
        "10.1.2.3:80,10.1.2.3,421",
        "10.1.2.4:8180,10.1.2.3,421",
        "[FD00::2]:8180,[fd00::2],200",
        "[fd00::3]:8180,[fd00::2],421",
    })
    void host_addressThatTheRequestCameInBy_isOne(String host, String address, int status) {
        Arrival arrival = new Arrival(TestRequests.TCP.client(), 8180, address, Witness.BLIND);

        assertThat(statusOf(metrics, get("/livez", "Host: " + host), arrival)).isEqualTo(status);
    }

    @Test
    void host_emptyOverTcp_refused() {
        assertThat(statusOf(tcp, get("/livez", "Host:"), TestRequests.TCP)).isEqualTo(421);
        assertThat(statusOf(unix, get("/livez", "Host:"), TestRequests.OWNER)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: http://localhost:8180",
                "Origin: null",
                "origin:",
                "Sec-Fetch-Site: same-origin",
                "Sec-Fetch-Site: none",
                "X-Forwarded-For: 127.0.0.1",
                "Forwarded: for=127.0.0.1"
            })
    void foreignHeader_anywhere_refusedBeforeTheSecret(String field) {
        assertThat(statusOf(tcp, get("/livez", field), TestRequests.TCP)).isEqualTo(403);
        assertThat(statusOf(tcp, get("/v1/accounts", field), TestRequests.TCP)).isEqualTo(403);
        assertThat(statusOf(tcp, get("/v1/accounts", BEARER, field), TestRequests.TCP))
                .isEqualTo(403);
        assertThat(statusOf(metrics, get("/metrics", field), TestRequests.TCP)).isEqualTo(403);
        assertThat(statusOf(unix, get("/v1/accounts", field), TestRequests.OWNER))
                .isEqualTo(403);
    }

    @Test
    void secFetchMode_alone_passes() {
        assertThat(statusOf(tcp, get("/v1/accounts", BEARER, "Sec-Fetch-Mode: cors"), TestRequests.TCP))
                .isEqualTo(200);
    }

    @ParameterizedTest
    @CsvSource({
        "/livez,200",
        "/readyz,200",
        "/readyz/prod,401",
        "/livez/,401",
        "/%6civez,401",
        "/metrics,401",
        "/v1/accounts,401",
        "/no/such/path,401",
        "/%zz,401"
    })
    void noSecret_overTcp_onlyOpenRoutes(String path, int status) {
        assertThat(statusOf(tcp, get(path), TestRequests.TCP)).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "Bearer s1,200",
        "bearer  s1,200",
        "Bearer s3,401",
        "Bearer s,401",
        "Bearer s11,401",
        "Bearer,401",
        "'',401",
        "Basic czE6,401",
        "s1,401",
        "Bearer s1 s1,401"
    })
    void secret_anywhere_checked(String value, int status) {
        String field = "Authorization: " + value;

        assertThat(statusOf(tcp, get("/v1/accounts", field), TestRequests.TCP)).isEqualTo(status);
        assertThat(statusOf(tcp, get("/livez", field), TestRequests.TCP)).isEqualTo(status);
        assertThat(statusOf(unix, get("/v1/accounts", field), TestRequests.OWNER))
                .isEqualTo(status);
    }

    @Test
    void admit_secretOnUnixSocket_peerAndOwners() {
        assertThat(unix.admit(get("/", BEARER), TestRequests.OWNER).peer())
                .isEqualTo(TestRequests.OWNER.client().peer());
        assertThat(unix.admit(get("/", BEARER), TestRequests.OWNER).provenClients())
                .containsExactlyInAnyOrder("ci", "twin");
        assertThat(unix.admit(get("/"), TestRequests.OWNER)).isSameAs(TestRequests.OWNER.client());
    }

    @Test
    void ownersOf_firstFits_othersAreComparedAllTheSame() {
        assertThat(SECRETS.ownersOf(Secret.of("s1"))).containsExactlyInAnyOrder("ci", "twin");
        assertThat(SECRETS.ownersOf(Secret.of("s2"))).containsExactly("other");
        assertThat(SECRETS.ownersOf(Secret.of(""))).isEmpty();
    }

    @Test
    void refusal_unauthorized_challengesAndDoesNotEcho() {
        RequestRefused refused = catchThrowableOfType(
                RequestRefused.class,
                () -> tcp.admit(get("/v1/accounts", "Authorization: Bearer canary-secret"), TestRequests.TCP));

        assertThat(TestRequests.text(refused.problem().answer()))
                .contains("WWW-Authenticate: Bearer\r\n")
                .doesNotContain("canary-secret");
    }
}
