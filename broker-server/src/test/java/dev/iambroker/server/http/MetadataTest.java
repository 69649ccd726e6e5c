package dev.iambroker.server.http;

import static dev.iambroker.server.http.TestRequests.body;
import static dev.iambroker.server.http.TestRequests.head;
import static dev.iambroker.server.http.TestRequests.request;
import static dev.iambroker.server.http.TestRequests.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.client.Peer;
import dev.iambroker.secret.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

final class MetadataTest {
    private static final String FLAVOR = "Metadata-Flavor: ibm";
    private static final String OPEN = "/instance_identity/v1/token?version=2022-03-01";
    private static final String USE = "/instance_identity/v1/iam_token?version=2022-03-01";
    private static final String NEW_OPEN = "/identity/v1/token?version=2025-08-26";
    private static final String NEW_USE = "/identity/v1/iam_tokens?version=2025-08-26";
    private static final Arrival OTHER = new Arrival(ClientIdentity.ofPeer(new Peer(1001, 1, Set.of(), 2, 2)), 0);

    private static final ClientSecrets SECRETS =
            ClientSecrets.of(Map.of("ci", Secret.of("s1"), "other", Secret.of("a/b c")));

    private final FakeBroker broker = new FakeBroker();
    private final List<String> done = new ArrayList<>();
    private long nanos;
    private final MetadataSessions sessions = new MetadataSessions(
            () -> nanos, () -> FakeBroker.END.minusSeconds(1234).plusNanos(nanos));
    private final HttpService tcp = service(TransportRules.loopback(SECRETS, Set.of("livez")));
    private final HttpService unix = service(TransportRules.unixSocket(SECRETS));

    private HttpService service(TransportRules rules) {
        return new HttpService(
                Routes.all(
                        broker,
                        new FakeLock(),
                        new FakeShares(),
                        accept -> MetricsExposition.Scrape.of("text/plain", ""),
                        account -> null,
                        new KubeconfigTemplate(Path.of("/opt/bin/iam-broker-credential"), Path.of("/run/b.sock")),
                        List.of(),
                        new TokenAnswers(() -> 0),
                        sessions,
                        new FakeTrail(),
                        null),
                rules,
                broker,
                (route, client, status, took) -> done.add(route + " " + client + " " + status),
                () -> 0);
    }

    private Answer overTcp(String method, String target, String body, String... fields) {
        return ask(tcp, TestRequests.TCP, request(method, target, body, fields));
    }

    private static Answer ask(HttpService service, Arrival arrival, HttpRequest request) {
        Exchange exchange = service.begin(request, arrival);
        Answer now = exchange.now();
        Answer answer = now == null ? exchange.later() : now;
        exchange.done(answer);
        return answer;
    }

    private static String token(Answer answer) {
        assertThat(answer.status()).as(text(answer)).isEqualTo(200);
        return JsonMapper.shared().readTree(body(answer)).path("access_token").asString();
    }

    private static String bearer(String token) {
        return "Authorization: Bearer " + token;
    }

    private static TokenRequest access(String account) {
        return new TokenRequest(account, TokenKind.ACCESS, null, Duration.ofSeconds(60), Duration.ofSeconds(10));
    }

    @ParameterizedTest
    @CsvSource({OPEN + "," + USE, NEW_OPEN + "," + NEW_USE})
    void bothGenerations_sessionThenToken(String open, String use) {
        Answer opened = overTcp("PUT", "/k/s1" + open, "{\"expires_in\": 300}", FLAVOR);

        assertThat(body(opened))
                .endsWith("\",\"created_at\":\"2026-03-01T11:39:26Z\",\"expires_at\":\"2026-03-01T11:44:26Z\","
                        + "\"expires_in\":300}");
        assertThat(head(opened)).contains("Cache-Control: no-store\r\n");
        String session = token(opened);
        assertThat(session).hasSize(43);

        Answer answer = overTcp("POST", "/k/s1" + use, "{\"trusted_profile\": {\"id\": \"team-b\"}}", bearer(session));

        assertThat(text(answer))
                .isEqualTo("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                        + "Content-Length: 129\r\n\r\n"
                        + "{\"access_token\":\"eyJ.canary-token.sig\",\"created_at\":\"2026-03-01T11:39:26Z\","
                        + "\"expires_at\":\"2026-03-01T12:00:00Z\",\"expires_in\":1234}");
        assertThat(broker.asked).containsExactly(access("team-b"));
        assertThat(broker.clients).containsExactly(ClientIdentity.ofSecret(Set.of("ci")));
        String label = use.substring(0, use.indexOf('?'));
        assertThat(done.getLast()).isEqualTo(label + " ci 200");
    }

    /** SDKs renew at 80 % of what lies between the two: of the life that is left. */
    @Test
    void token_lifeGoesOn_isCreatedNow() {
        String session = token(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR));
        broker.grant = FakeBroker.grant(Duration.ofSeconds(34), "t1");

        assertThat(body(overTcp("POST", "/k/s1" + USE, "", bearer(session))))
                .contains(
                        "\"created_at\":\"2026-03-01T11:59:26Z\",\"expires_at\":\"2026-03-01T12:00:00Z\",\"expires_in\":34}");
    }

    @Test
    void profile_leftOut_isTheOnlyAccount() {
        String session = token(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR));
        for (String body : List.of("", "{}", "{\"trusted_profile\":null}", "{\"trusted_profile\":{}}")) {
            assertThat(overTcp("POST", "/k/s1" + USE, body, bearer(session)).status())
                    .isEqualTo(200);
        }
        assertThat(broker.asked).containsOnly(access("prod")).hasSize(4);
        broker.accessible = List.of("dev", "prod");
        assertThat(overTcp("POST", "/k/s1" + USE, "", bearer(session)).status()).isEqualTo(400);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"trusted_profile\":{\"crn\":\"crn:v1:x\"}}",
                "{\"trusted_profile\":{\"crn\":\"crn:v1:x\",\"id\":\"prod\"}}",
                "{\"trusted_profile\":\"prod\"}",
                "{\"trusted_profile\":{\"id\":7}}",
                "{\"trusted_profile\":{\"id\":\"a\",\"id\":\"b\"}}",
                "prod",
                "[]"
            })
    void profile_thatNamesNoAlias_is400(String body) {
        String session = token(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR));

        assertThat(overTcp("POST", "/k/s1" + USE, body, bearer(session)).status())
                .isEqualTo(400);
        assertThat(broker.asked).isEmpty();
    }

    @Test
    void token_thatHasToBeFetched_isAskedForWhereItMayBlock() {
        String session = token(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR));
        broker.isWarm = false;

        assertThat(overTcp("POST", "/k/s1" + USE, "", bearer(session)).status()).isEqualTo(200);
        assertThat(broker.asked).hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Metadata-Flavor: ibm|200",
                "metadata-flavor: ibm|200",
                "Metadata-Flavor: Google|400",
                "Metadata-Flavor:|400",
                "Metadata-Flavor: ibm, ibm|400",
                "X: y|400"
            })
    void flavor_isAskedFor(String field, int status) {
        assertThat(overTcp("PUT", "/k/s1" + OPEN, "", field).status()).isEqualTo(status);
    }

    @ParameterizedTest
    @CsvSource({
        "5,200",
        "3600,200",
        "4,400",
        "3601,400",
        "0,400",
        "-300,400",
        "9223372036854775808,400",
        "1.5,400",
        "'\"300\"',400",
        "{},400",
        "null,200"
    })
    void life_fromFiveSecondsToAnHour(String life, int status) {
        assertThat(overTcp("PUT", "/k/s1" + OPEN, "{\"expires_in\":" + life + "}", FLAVOR)
                        .status())
                .isEqualTo(status);
    }

    @Test
    void session_ofAnotherClient_isNone() {
        String ofCi = token(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR));
        String ofPeer = token(ask(unix, TestRequests.OWNER, request("PUT", OPEN, "", FLAVOR)));

        assertThat(overTcp("POST", "/k/a%2Fb%20c" + USE, "", bearer(ofCi)).status())
                .isEqualTo(401);
        assertThat(overTcp("POST", "/k/s1" + USE, "", bearer(ofPeer)).status()).isEqualTo(401);
        assertThat(ask(unix, TestRequests.OWNER, request("POST", USE, "", bearer(ofCi)))
                        .status())
                .isEqualTo(401);
        assertThat(ask(unix, OTHER, request("POST", USE, "", bearer(ofPeer))).status())
                .isEqualTo(401);
        assertThat(broker.asked).isEmpty();
        assertThat(ask(unix, TestRequests.OWNER, request("POST", USE, "", bearer(ofPeer)))
                        .status())
                .isEqualTo(200);
        assertThat(broker.clients).containsExactly(TestRequests.OWNER.client());
    }

    @Test
    void session_itsTimeOver_isNone() {
        String session = token(overTcp("PUT", "/k/s1" + OPEN, "{\"expires_in\":5}", FLAVOR));
        nanos = Duration.ofSeconds(5).toNanos() - 1;
        assertThat(overTcp("POST", "/k/s1" + USE, "", bearer(session)).status()).isEqualTo(200);
        nanos++;
        assertThat(overTcp("POST", "/k/s1" + USE, "", bearer(session)).status()).isEqualTo(401);
    }

    @Test
    void sessions_ofOneClient_areBoundedAndAnothersStay() {
        String ofOther = token(overTcp("PUT", "/k/a%2Fb%20c" + OPEN, "", FLAVOR));
        List<String> ofCi = new ArrayList<>();
        for (int i = 0; i <= MetadataSessions.MOST_OF_A_CLIENT; i++) {
            ofCi.add(token(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR)));
        }
        assertThat(ofCi).doesNotHaveDuplicates();
        assertThat(overTcp("POST", "/k/s1" + USE, "", bearer(ofCi.getFirst())).status())
                .isEqualTo(401);
        assertThat(overTcp("POST", "/k/s1" + USE, "", bearer(ofCi.get(1))).status())
                .isEqualTo(200);
        assertThat(overTcp("POST", "/k/a%2Fb%20c" + USE, "", bearer(ofOther)).status())
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"X: y", "Authorization: Basic czE6", "Authorization: Bearer", "Authorization: Bearer s1"})
    void token_withoutASession_is401(String field) {
        Answer answer = overTcp("POST", "/k/s1" + USE, "", field);

        assertThat(answer.status()).isEqualTo(401);
        assertThat(body(answer)).contains("errorCode", "errorMessage");
        assertThat(broker.asked).isEmpty();
    }

    /** The client secret is in the path, and the header is the session's. */
    @Test
    void session_openedWithAnAuthorizationHeader_is400() {
        assertThat(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR, "Authorization: Bearer s1")
                        .status())
                .isEqualTo(400);
        assertThat(ask(unix, TestRequests.OWNER, request("PUT", OPEN, "", FLAVOR, "Authorization: Bearer s1"))
                        .status())
                .isEqualTo(400);
    }

    @Test
    void overTcp_withoutTheSecretInThePath_is401WhateverTheHeaderSays() {
        for (String field : List.of("X: y", "Authorization: Bearer s1", "Authorization: Bearer guess")) {
            for (String target : List.of(OPEN, NEW_OPEN)) {
                Answer answer = overTcp("PUT", target, "", FLAVOR, field);
                assertThat(answer.status()).isEqualTo(401);
                assertThat(body(answer)).contains("/k/SECRET");
            }
            assertThat(overTcp("POST", USE, "", field).status()).isEqualTo(401);
        }
        assertThat(overTcp("PUT", "/identity/v1/t%6fken", "", FLAVOR, "Authorization: Bearer s1")
                        .status())
                .isEqualTo(404);
        assertThat(broker.wrongSecrets).isEmpty();
    }

    @Test
    void wrongSecretInThePath_is401AndOnRecord() {
        for (String key : List.of("cAnArY0", "s", "s11", "S1", "", "s1%20", "cAnArY0%ff")) {
            Answer answer = overTcp("PUT", "/k/" + key + OPEN, "", FLAVOR);
            assertThat(answer.status()).as(key).isIn(401, 400);
            assertThat(text(answer)).contains("errorCode").doesNotContain("cAnArY0");
        }
        assertThat(broker.wrongSecrets).hasSize(6).containsOnly(TestRequests.TCP.client());
        assertThat(done).allMatch(line -> line.startsWith("none none 40"));
    }

    /** By the head alone, before a body is waited for. */
    @Test
    void wrongSecretInThePath_isRefusedByTheHead() {
        assertThat(tcp.begin(request("POST", "/k/guess" + USE, ""), TestRequests.TCP)
                        .refusal())
                .extracting(Answer::status)
                .isEqualTo(401);
        assertThat(tcp.begin(request("POST", "/k/s1" + USE, ""), TestRequests.TCP)
                        .refusal())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/k/s1",
                "/k/s1/",
                "/k/s1/livez",
                "/k/s1/v1/accounts",
                "/k/s1/v1/accounts/prod/token",
                "/k/s1/identity/token",
                "/k/s1/k/s1/identity/v1/token",
                "/k/s1//identity/v1/token",
                "/k/s1/identity/v1/t%6fken",
                "/k/s1/identity/v1/../v1/token",
                "/k/s1?x=/identity/v1/token",
                "/k//s1/identity/v1/token",
                "/k"
            })
    void belowTheSecret_thereIsNothingElse(String target) {
        for (String secret : List.of("s1", "guess")) {
            Answer answer = overTcp("PUT", target.replace("s1", secret), "", FLAVOR);
            assertThat(answer.status()).isEqualTo(target.equals("/k") ? 401 : 404);
        }
        assertThat(broker.wrongSecrets).isEmpty();
        assertThat(broker.asked).isEmpty();
    }

    @Test
    void unixSocket_hasNoPathsWithSecrets() {
        for (String key : List.of("s1", "guess")) {
            assertThat(ask(unix, TestRequests.OWNER, request("PUT", "/k/" + key + OPEN, "", FLAVOR))
                            .status())
                    .isEqualTo(404);
        }
        assertThat(broker.wrongSecrets).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"Origin: null", "Sec-Fetch-Site: none", "X-Forwarded-For: ::1", "Forwarded: for=_x"})
    void browserOrProxy_evenWithTheSecret_is403(String field) {
        assertThat(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR, field).status()).isEqualTo(403);
        assertThat(ask(unix, TestRequests.OWNER, request("PUT", OPEN, "", FLAVOR, field))
                        .status())
                .isEqualTo(403);
    }

    @Test
    void foreignHost_evenWithTheSecret_is421() {
        assertThat(overTcp("PUT", "/k/s1" + OPEN, "", "Host: evil.example", FLAVOR)
                        .status())
                .isEqualTo(421);
    }

    @Test
    void methods_otherThanTheRoutes_are405() {
        assertThat(overTcp("POST", "/k/s1" + OPEN, "", FLAVOR).status()).isEqualTo(405);
        assertThat(overTcp("GET", "/k/s1" + USE, "").status()).isEqualTo(405);
    }

    @Test
    void failure_isToldAsIbmsSdksReadIt() {
        String session = token(overTcp("PUT", "/k/s1" + OPEN, "", FLAVOR));
        broker.failWith(new BrokerFailure.Locked("no", About.NOTHING));

        Answer answer = overTcp("POST", "/k/s1" + USE, "", bearer(session));
        assertThat(answer.status()).isEqualTo(503);
        assertThat(body(answer)).endsWith("\"errorCode\":\"locked\",\"errorMessage\":\"no\"}");
    }
}
