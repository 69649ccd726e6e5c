package dev.iambroker.server.http;

import static dev.iambroker.server.http.TestRequests.body;
import static dev.iambroker.server.http.TestRequests.head;
import static dev.iambroker.server.http.TestRequests.request;
import static dev.iambroker.server.http.TestRequests.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.BrokerFailure.Conflict;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.client.ClientIdentity;
import dev.iambroker.policy.Fact;
import dev.iambroker.secret.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IdentityTokenTest {
    private static final String FORM = "Content-Type: application/x-www-form-urlencoded";
    private static final String GRANT = "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3A";
    private static final String BY_KEY = GRANT + "apikey&response_type=cloud_iam&apikey=";
    private static final String BY_FILE = GRANT + "cr-token&cr_token=";

    /** Of the form of IBM's own. */
    private static final String REAL_KEY = "cAnArY0_Xq7VtR2mB-9sLkPzWf3eHuYd5nGjTo1iAaKe";

    private static final ClientSecrets SECRETS =
            ClientSecrets.of(Map.of("ci", Secret.of("s1"), "colon", Secret.of("prod:s2")));

    private final FakeBroker broker = new FakeBroker();
    private final List<String> done = new ArrayList<>();
    private final HttpService tcp = service(TransportRules.loopback(SECRETS, Set.of()));
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
                        new MetadataSessions(() -> 0, InstantSource.system()),
                        new FakeTrail(),
                        null),
                rules,
                broker,
                (route, client, status, took) -> done.add(route + " " + client + " " + status),
                () -> 0);
    }

    private Answer overTcp(String form, String... fields) {
        return ask(tcp, TestRequests.TCP, form, fields);
    }

    private Answer overUnix(String form, String... fields) {
        return ask(unix, TestRequests.OWNER, form, fields);
    }

    private static Answer ask(HttpService service, Arrival arrival, String form, String... fields) {
        String[] all = Stream.concat(Stream.of(FORM), Stream.of(fields)).toArray(String[]::new);
        Exchange exchange = service.begin(request("POST", "/identity/token", form, all), arrival);
        Answer now = exchange.now();
        Answer answer = now == null ? exchange.later() : now;
        exchange.done(answer);
        return answer;
    }

    private static TokenRequest access(String account) {
        return new TokenRequest(account, TokenKind.ACCESS, null, Duration.ofSeconds(60), Duration.ofSeconds(10));
    }

    @Test
    void apiKeyForm_clientSecret_isAnsweredAsIamWould() {
        Answer answer = overTcp(BY_KEY + "s1");

        assertThat(text(answer))
                .isEqualTo(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                                + "Content-Length: 156\r\n\r\n"
                                + "{\"access_token\":\"eyJ.canary-token.sig\",\"refresh_token\":\"not_supported\","
                                + "\"token_type\":\"Bearer\",\"expires_in\":1234,\"expiration\":1772366400,\"scope\":\"ibm openid\"}");
        assertThat(broker.asked).containsExactly(access("prod"));
        assertThat(broker.clients).containsExactly(ClientIdentity.ofSecret(Set.of("ci")));
        assertThat(done).containsExactly("/identity/token ci 200");
    }

    @Test
    void token_thatHasToBeFetched_isAskedForWhereItMayBlock() {
        broker.isWarm = false;

        assertThat(overTcp(BY_KEY + "s1").status()).isEqualTo(200);
        assertThat(broker.asked).containsExactly(access("prod"), access("prod"));
    }

    @Test
    void token_withoutAScope_hasNoSuchMember() {
        broker.grant = new TokenGrant(
                new AccountName("prod"),
                TokenKind.ACCESS,
                Secret.of("t"),
                null,
                FakeBroker.END,
                Duration.ofSeconds(1),
                "e");

        assertThat(body(overTcp(BY_KEY + "s1")))
                .isEqualTo("{\"access_token\":\"t\",\"refresh_token\":\"not_supported\",\"token_type\":\"Bearer\","
                        + "\"expires_in\":1,\"expiration\":1772366400}");
    }

    @ParameterizedTest
    @CsvSource({
        "s1&profile_name=team-b,team-b",
        "s1&profile_id=team-b,team-b",
        "s1&profile_id=team-b&profile_name=team-b,team-b",
        "s1&profile_name=,prod",
        "s1,prod",
        "s1%0A&profile_name=team-b,team-b",
        "s1%0d%0a&profile_name=team-b,team-b",
        "s1&scope=anything,prod",
    })
    void crTokenForm_profile_isTheAccount(String rest, String account) {
        assertThat(overTcp(BY_FILE + rest).status()).isEqualTo(200);
        assertThat(broker.asked).containsExactly(access(account));
    }

    @ParameterizedTest
    @CsvSource({
        "s1,prod,ci",
        "team-b:s1,team-b,ci",
        "team-b%3As1,team-b,ci",
        "team-b:s1%0A,team-b,ci",
        "'team-b:s1\n',team-b,ci",
        "team-b:s1&profile_name=team-b,team-b,ci",
        // A secret with a colon in it is taken whole.
        "prod:s2,prod,colon",
        "team-b:prod:s2,team-b,colon"
    })
    void apiKeyForm_aliasBeforeTheSecret_isTheAccount(String key, String account, String client) {
        assertThat(overTcp(BY_KEY + key).status()).isEqualTo(200);
        assertThat(broker.asked).containsExactly(access(account));
        assertThat(broker.clients).containsExactly(ClientIdentity.ofSecret(Set.of(client)));
    }

    @Test
    void account_notNamedAndNotOne_is400() {
        for (List<String> accounts : List.of(List.<String>of(), List.of("dev", "prod"))) {
            broker.accessible = accounts;
            Answer answer = overTcp(BY_FILE + "s1");
            assertThat(answer.status()).isEqualTo(400);
            assertThat(body(answer)).contains("profile_name", "ALIAS:SECRET").doesNotContain("dev");
        }
        assertThat(broker.asked).isEmpty();
    }

    /** It is counted and told as any other wrong secret, and nothing of it is anywhere. */
    @ParameterizedTest
    @ValueSource(strings = {BY_KEY + REAL_KEY, BY_FILE + REAL_KEY, BY_KEY + "prod:" + REAL_KEY})
    void realApiKey_isRefusedAndCountedAndGoesNowhere(String form) {
        for (Answer answer : List.of(overTcp(form), overUnix(form))) {
            assertThat(answer.status()).isEqualTo(401);
            assertThat(text(answer)).contains("BXNIM0415E").doesNotContain("cAnArY0");
        }
        assertThat(broker.wrongSecrets).containsExactly(TestRequests.TCP.client(), TestRequests.OWNER.client());
        assertThat(broker.asked).isEmpty();
        assertThat(done).containsExactly("none none 401", "none none 401");
    }

    @Test
    void body_onceRead_isOverwritten() {
        HttpRequest request = request("POST", "/identity/token", BY_KEY + REAL_KEY, FORM);

        assertThat(tcp.begin(request, TestRequests.TCP).now()).isNotNull();
        assertThat(request.body()).containsOnly(0);
    }

    @Test
    void basic_asSdksSendIt_isNoSecretAndChangesNothing() {
        for (String basic : List.of("Authorization: Basic Yng6Yng=", "authorization: basic x")) {
            assertThat(body(overTcp(BY_KEY + "s1", basic))).contains("\"refresh_token\":\"not_supported\"");
            assertThat(overUnix(BY_KEY + "s1", basic).status()).isEqualTo(200);
            assertThat(overTcp(BY_KEY + "s3", basic).status()).isEqualTo(401);
        }
    }

    @Test
    void bearer_sentAlong_hasToBeASecretToo() {
        assertThat(overTcp(BY_KEY + "s1", "Authorization: Bearer s3").status()).isEqualTo(401);
        assertThat(overTcp(GRANT + "cr-token", "Authorization: Bearer s1").status())
                .isEqualTo(200);
        assertThat(broker.clients).containsExactly(ClientIdentity.ofSecret(Set.of("ci")));
    }

    @Test
    void noSecret_overTcp_is401AndNoGuess() {
        for (String form : List.of(GRANT + "cr-token", BY_FILE, BY_KEY, BY_KEY + "prod:", BY_KEY + "%0A")) {
            assertThat(overTcp(form).status()).as(form).isEqualTo(401);
        }
        assertThat(broker.wrongSecrets).isEmpty();
        assertThat(broker.asked).isEmpty();
    }

    /** The kernel says who the peer is; a secret is an addition, and then has to be right. */
    @Test
    void unixSocket_peerAndWhatTheSecretProves() {
        assertThat(overUnix(GRANT + "cr-token&profile_name=dev").status()).isEqualTo(200);
        assertThat(overUnix(BY_KEY + "team-b:").status()).isEqualTo(200);
        assertThat(overUnix(BY_KEY + "dev:s1").status()).isEqualTo(200);
        assertThat(overUnix(BY_KEY + "s3").status()).isEqualTo(401);

        assertThat(broker.asked).containsExactly(access("dev"), access("team-b"), access("dev"));
        ClientIdentity owner = TestRequests.OWNER.client();
        assertThat(broker.clients).containsExactly(owner, owner, new ClientIdentity(owner.peer(), Set.of("ci")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "apikey=s1",
                "grant_type=&apikey=s1",
                "grant_type=password&username=u&password=cAnArY0",
                "grant_type=refresh_token&refresh_token=cAnArY0",
                GRANT + "assume&access_token=cAnArY0",
                GRANT + "apikey&apikey=s1&apikey=s1",
                GRANT + "apikey&apikey=s1&%61pikey=s1",
                GRANT + "apikey&" + GRANT + "cr-token&apikey=s1&cr_token=s1",
                BY_KEY + "s1&x=1&x=1",
                BY_KEY + "s1&",
                BY_KEY + "s1&&x=1",
                BY_KEY + "s1&=cAnArY0",
                BY_KEY + "%zz",
                BY_KEY + "%4",
                BY_KEY + "%ff",
                BY_KEY + "%00",
                BY_KEY + "s1%0A%0A",
                BY_KEY + "s1%0Ax",
                BY_KEY + "s 1",
                BY_KEY + "\u00e9",
                BY_KEY + "s1\u0000",
                GRANT + "apikey&apikey=s1&response_type=uaa+cloud_iam",
                GRANT + "apikey&apikey=s1&response_type=delegated_refresh_token",
                BY_FILE + "s1&profile_name=a&profile_id=b",
                BY_FILE + "s1&profile_crn=crn:v1:cAnArY0",
                BY_KEY + "prod:s1&profile_name=dev",
            })
    void form_thatIsNotExactlyOneQuestion_is400(String form) {
        for (Answer answer : List.of(overTcp(form), overUnix(form))) {
            assertThat(answer.status()).as(form).isEqualTo(400);
            assertThat(body(answer))
                    .startsWith("{\"context\":{\"requestId\":\"")
                    .contains("\"errorCode\":\"BXNIM0106E\"");
            assertThat(text(answer)).doesNotContain("cAnArY0");
        }
        assertThat(broker.asked).isEmpty();
        assertThat(broker.wrongSecrets).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "Content-Type: application/x-www-form-urlencoded; charset=UTF-8|200",
                "content-type: Application/X-WWW-Form-URLencoded ;|200",
                "Content-Type: application/x-www-form-urlencoded; charset=utf-16|400",
                "Content-Type: application/json|400",
                "Content-Type: text/plain|400",
                "Content-Type:|400",
                "X: y|400"
            })
    void contentType_isThatOfAForm(String field, int status) {
        HttpRequest request = request("POST", "/identity/token", BY_KEY + "s1", field);

        assertThat(tcp.begin(request, TestRequests.TCP).now())
                .extracting(Answer::status)
                .isEqualTo(status);
    }

    @Test
    void form_tooLargeOrOfTooManyParameters_isRefused() {
        assertThat(overTcp(BY_KEY + "s".repeat(FormFields.MAX_BYTES)).status()).isEqualTo(413);
        StringBuilder many = new StringBuilder(BY_KEY + "s1");
        for (int i = 0; i < 30; i++) {
            many.append("&p").append(i).append("=1");
        }
        assertThat(overTcp(many.toString()).status()).isEqualTo(400);
    }

    @Test
    void path_speltOtherwise_needsTheSecretOfAnyPathAndIsNone() {
        HttpRequest bare = request("POST", "/identity/t%6fken", BY_KEY + "s1", FORM);
        HttpRequest known = request("POST", "/identity/t%6fken", BY_KEY + "s1", FORM, "Authorization: Bearer s1");

        assertThat(tcp.begin(bare, TestRequests.TCP).now())
                .extracting(Answer::status)
                .isEqualTo(401);
        assertThat(tcp.begin(known, TestRequests.TCP).now())
                .extracting(Answer::status)
                .isEqualTo(404);
        assertThat(unix.begin(bare, TestRequests.OWNER).now())
                .extracting(Answer::status)
                .isEqualTo(404);
        assertThat(broker.asked).isEmpty();
    }

    @Test
    void otherMethods_needTheSecretOfAnyPath() {
        assertThat(tcp.begin(request("GET", "/identity/token", ""), TestRequests.TCP)
                        .now())
                .extracting(Answer::status)
                .isEqualTo(401);
        assertThat(unix.begin(request("GET", "/identity/token", ""), TestRequests.OWNER)
                        .now())
                .extracting(Answer::status)
                .isEqualTo(405);
    }

    @Test
    void query_isRefused() {
        HttpRequest request = request("POST", "/identity/token?account=cAnArY0", BY_KEY + "s1", FORM);
        Answer answer = tcp.begin(request, TestRequests.TCP).now();

        assertThat(answer).isNotNull();
        assertThat(answer.status()).isEqualTo(400);
        assertThat(text(answer)).contains("errorMessage").doesNotContain("cAnArY0");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Origin: https://evil.example",
                "Origin: null",
                "Sec-Fetch-Site: same-origin",
                "X-Forwarded-For: 127.0.0.1",
                "Forwarded: for=127.0.0.1"
            })
    void browserOrProxy_evenWithTheSecret_is403(String field) {
        assertThat(overTcp(BY_KEY + "s1", field).status()).isEqualTo(403);
        assertThat(overUnix(BY_KEY + "s1", field).status()).isEqualTo(403);
        assertThat(broker.asked).isEmpty();
    }

    @Test
    void foreignHost_evenWithTheSecret_is421() {
        HttpRequest request = request("POST", "/identity/token", BY_KEY + "s1", "Host: evil.example", FORM);

        assertThat(tcp.begin(request, TestRequests.TCP).now())
                .extracting(Answer::status)
                .isEqualTo(421);
    }

    @Test
    void metricsListener_hasNoSuchPath() {
        HttpService metrics = new HttpService(
                Routes.metricsOnly(broker, accept -> MetricsExposition.Scrape.of("text/plain", "")),
                TransportRules.metrics(Set.of()),
                broker,
                RequestEvents.NONE,
                () -> 0);

        assertThat(ask(metrics, TestRequests.TCP, BY_KEY + "s1").status()).isEqualTo(404);
        assertThat(ask(metrics, TestRequests.TCP, BY_KEY + "guess").status()).isEqualTo(404);
        assertThat(broker.wrongSecrets).isEmpty();
    }

    static Stream<Arguments> failures() {
        About about = About.account(new AccountName("prod"));
        return Stream.of(
                Arguments.of(new BrokerFailure.Denied("no", About.NOTHING), 403, "BXNIM0513E", null),
                Arguments.of(new BrokerFailure.Unknown("no", About.NOTHING), 400, "BXNIM0106E", null),
                Arguments.of(new BrokerFailure.BadRequest("no", About.NOTHING), 400, "BXNIM0106E", null),
                Arguments.of(
                        new Conflict(
                                Conflict.Kind.LOGIN_REQUIRED,
                                "no",
                                about.withState(AccountState.LOGIN_REQUIRED).withIamCode("BXNIM0462E")),
                        400,
                        "BXNIM0462E",
                        null),
                Arguments.of(new Conflict(Conflict.Kind.DISABLED, "no", about), 400, "BXNIM0439E", null),
                Arguments.of(new Conflict(Conflict.Kind.IDENTITY_MISMATCH, "no", about), 400, "BXNIM0439E", null),
                Arguments.of(
                        new BrokerFailure.TooManyRequests("no", about.withRetryAfter(Duration.ofMillis(1500))),
                        429,
                        "rate_limited",
                        "2"),
                Arguments.of(
                        new BrokerFailure.Unavailable("no", about.withRetryAfter(Duration.ofSeconds(7))),
                        503,
                        "unavailable",
                        "7"),
                Arguments.of(new BrokerFailure.Unavailable("no", about), 503, "unavailable", "1"),
                Arguments.of(new BrokerFailure.DeadlineExceeded("no", about), 503, "deadline_exceeded", "1"),
                Arguments.of(new BrokerFailure.Locked("no", About.NOTHING), 503, "locked", "1"),
                Arguments.of(new BrokerFailure.Unrecorded("no", About.NOTHING), 503, "audit_unavailable", "1"));
    }

    @ParameterizedTest
    @MethodSource("failures")
    void failure_isToldAsIamWould(BrokerFailure failure, int status, String code, String retryAfter) {
        broker.failWith(failure);
        Answer answer = overTcp(BY_KEY + "s1");

        assertThat(answer.status()).isEqualTo(status);
        assertThat(body(answer))
                .endsWith("\"requestType\":\"incoming.Identity_Token\"},\"errorCode\":\"" + code
                        + "\",\"errorMessage\":\"no\"}");
        assertThat(head(answer)).contains("Content-Type: application/json\r\n", "Cache-Control: no-store\r\n");
        if (retryAfter == null) {
            assertThat(head(answer)).doesNotContain("Retry-After");
        } else {
            assertThat(head(answer)).contains("Retry-After: " + retryAfter + "\r\n");
        }
    }

    @Test
    void overRate_isToldAsIamWould() {
        broker.overRate = new BrokerFailure.TooManyRequests("no", About.NOTHING.withRetryAfter(Duration.ofSeconds(3)));
        Answer answer = overTcp(BY_KEY + "s1");

        assertThat(answer.status()).isEqualTo(429);
        assertThat(head(answer)).contains("Retry-After: 3\r\n");
        assertThat(body(answer)).contains("errorCode");
    }

    @Test
    void processThatChangedMeanwhile_getsNothingAndItsAccountIsOnRecord() {
        broker.facts = Set.of(Fact.EXE);
        Answer answer = overUnix(BY_KEY + "team-b:s1");

        assertThat(answer.status()).isEqualTo(403);
        assertThat(body(answer)).contains("BXNIM0513E").doesNotContain(FakeBroker.TOKEN);
        assertThat(broker.withheldOf).containsExactly("team-b");
        assertThat(broker.clients).allMatch(client -> client.provenClients().equals(Set.of("ci")));
    }

    @Test
    void lockedMeanwhile_isToldAsIamWould() {
        Exchange exchange = tcp.begin(request("POST", "/identity/token", BY_KEY + "s1", FORM), TestRequests.TCP);
        Answer answer = exchange.now();
        broker.isLocked = true;

        assertThat(answer).isNotNull();
        Answer sent = exchange.unlessLocked(answer);
        assertThat(sent.status()).isEqualTo(503);
        assertThat(body(sent)).contains("errorCode").doesNotContain(FakeBroker.TOKEN);
    }
}
