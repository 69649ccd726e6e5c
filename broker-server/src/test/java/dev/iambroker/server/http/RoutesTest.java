package dev.iambroker.server.http;

import static dev.iambroker.server.http.TestRequests.body;
import static dev.iambroker.server.http.TestRequests.get;
import static dev.iambroker.server.http.TestRequests.head;
import static dev.iambroker.server.http.TestRequests.post;
import static dev.iambroker.server.http.TestRequests.request;
import static dev.iambroker.server.http.TestRequests.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.AccountName;
import dev.iambroker.account.AccountState;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.TokenKind;
import dev.iambroker.broker.BrokerFailure;
import dev.iambroker.broker.BrokerFailure.About;
import dev.iambroker.broker.BrokerFailure.Conflict;
import dev.iambroker.broker.KubeRequest;
import dev.iambroker.broker.LoginAttempt;
import dev.iambroker.broker.Readiness;
import dev.iambroker.broker.TokenGrant;
import dev.iambroker.broker.TokenRequest;
import dev.iambroker.event.BrokerEvents.Outcome;
import dev.iambroker.event.RenewalHistory;
import dev.iambroker.event.RenewalHistory.Renewal;
import dev.iambroker.fleet.FleetReport;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
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

final class RoutesTest {
    private static final AccountName PROD = new AccountName("prod");
    private static final String VIEW_JSON = "{\"name\":\"prod\",\"state\":\"login_required\",\"login\":\"passcode\","
            + "\"login_of\":\"prod\",\"account_id\":null,\"iam_id\":null,\"user\":null,\"tokens\":{\"access\":null,\"kube\":null,\"uaa\":null},"
            + "\"refresh_token_expires_at\":null,\"runway_seconds\":null,\"login_runway_seconds\":null,\"last_error\":null}";
    private static final String CLUSTER_JSON = "{\"id\":\"c1\",\"name\":\"build\",\"type\":\"kubernetes\","
            + "\"provider\":\"vpc-gen2\",\"region\":\"us-south\",\"state\":null,\"version\":\"1.31\","
            + "\"public_url\":\"https://pub:443\",\"private_url\":null}";

    private static final RenewalHistory HISTORY = new RenewalHistory(
            Instant.ofEpochSecond(1_772_000_000),
            List.of(
                    new Renewal(Instant.ofEpochSecond(1_772_000_060), TokenKind.ACCESS, Outcome.SUCCESS),
                    new Renewal(Instant.ofEpochSecond(1_772_000_120), TokenKind.KUBE, Outcome.TRANSIENT)));

    private final FakeBroker broker = new FakeBroker();
    private final FakeLock lock = new FakeLock();
    private static final FleetReport FLEET = new FleetReport(
            "m1",
            List.of(new FleetReport.Member("m1", "node-1", "1.2.3", Instant.parse("2026-03-01T11:00:00Z"), 1)),
            Map.of(
                    new AccountName("prod"),
                    new FleetReport.Login("m1", Instant.parse("2026-03-01T11:59:00Z")),
                    new AccountName("dev"),
                    new FleetReport.Login(null, null)),
            true,
            null,
            Duration.ofMillis(1500),
            3,
            2,
            1,
            4);

    private final List<String> done = new ArrayList<>();
    private long nanos;
    private final HttpService service = service(TransportRules.unixSocket(ClientSecrets.NONE));

    private HttpService service(TransportRules rules) {
        return new HttpService(
                Routes.all(
                        broker,
                        lock,
                        new FakeShares(),
                        accept -> MetricsExposition.Scrape.of(
                                "text/plain; version=0.0.4", "m{accept=\"" + accept + "\"}\n"),
                        account -> account.equals(PROD) ? HISTORY : null,
                        new KubeconfigTemplate(Path.of("/opt/bin/iam-broker-credential"), Path.of("/run/b.sock")),
                        List.of("a note"),
                        new TokenAnswers(() -> nanos),
                        new MetadataSessions(() -> 0, InstantSource.system()),
                        new FakeTrail(),
                        () -> FLEET),
                rules,
                broker,
                (route, client, status, took) -> done.add(route + " " + client + " " + status + " " + took),
                () -> nanos);
    }

    /** Guessing must leave a trace; who shows no secret guesses none. */
    @Test
    void secret_thatIsNobodys_is401AndTold() {
        HttpService guarded =
                service(TransportRules.loopback(ClientSecrets.of(Map.of("ci", Secret.of("s1"))), Set.of("livez")));
        assertThat(guarded.begin(get("/v1/accounts", "Host: localhost"), TestRequests.TCP)
                        .now())
                .extracting(Answer::status)
                .isEqualTo(401);
        assertThat(broker.wrongSecrets).isEmpty();
        for (int i = 0; i < 2; i++) {
            Exchange exchange = guarded.begin(
                    get("/v1/accounts", "Host: localhost", "Authorization: Bearer guess"), TestRequests.TCP);
            assertThat(exchange.now()).extracting(Answer::status).isEqualTo(401);
        }
        assertThat(broker.wrongSecrets).hasSize(2).containsOnly(TestRequests.TCP.client());
    }

    private Answer ask(HttpRequest request) {
        Exchange exchange = service.begin(request, TestRequests.OWNER);
        Answer now = exchange.now();
        Answer answer = now == null ? exchange.later() : now;
        exchange.done(answer);
        return answer;
    }

    @Test
    void token_warm_wholeAnswerAsBytes() {
        Answer answer = ask(get("/v1/accounts/prod/token"));

        assertThat(text(answer))
                .isEqualTo(
                        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nCache-Control: no-store\r\n"
                                + "ETag: \"t1\"\r\nContent-Length: 157\r\n\r\n"
                                + "{\"access_token\":\"eyJ.canary-token.sig\",\"token_type\":\"Bearer\",\"expires_in\":1234,"
                                + "\"expiration\":1772366400,\"scope\":\"ibm openid\",\"account\":\"prod\",\"kind\":\"access\"}");
        assertThat(text(answer, false)).contains("Content-Length: 157\r\nConnection: close\r\n\r\n{");
    }

    @Test
    void fleet_report_tellsMembersLoginsAndCounts() {
        assertThat(body(ask(get("/v1/fleet"))).replaceAll("\"as_of_at\":\"[^\"]*\"", "\"as_of_at\":\"T\""))
                .isEqualTo(
                        "{\"self\":\"m1\",\"connected\":true,\"refused\":null,\"lag_seconds\":1,\"as_of_at\":\"T\",\"members\":["
                                + "{\"id\":\"m1\",\"host\":\"node-1\",\"version\":\"1.2.3\",\"joined_at\":\"2026-03-01T11:00:00Z\",\"renews\":1}],"
                                + "\"logins\":[{\"account\":\"dev\",\"renewer\":null,\"renewer_host\":null,\"renewed_at\":null},"
                                + "{\"account\":\"prod\",\"renewer\":\"m1\",\"renewer_host\":\"node-1\",\"renewed_at\":\"2026-03-01T11:59:00Z\"}],"
                                + "\"lost_leases\":3,\"presented_again\":2,\"old_seals\":1,\"unreadable\":4}");
    }

    @Test
    void fleet_whoMayNotListAnAccount_isToldOfNoLogin() {
        HttpService guarded =
                service(TransportRules.loopback(ClientSecrets.of(Map.of("ci", Secret.of("s1"))), Set.of("livez")));
        Exchange exchange =
                guarded.begin(get("/v1/fleet", "Host: localhost", "Authorization: Bearer s1"), TestRequests.TCP);

        assertThat(exchange.now()).isNull();
        assertThat(body(exchange.later())).contains("\"logins\":[]");
    }

    @Test
    void history_account_tellsKindOutcomeAndInstantOfEachRenewal() {
        assertThat(body(ask(get("/v1/accounts/prod/history"))))
                .isEqualTo("{\"account\":\"prod\",\"since\":\"2026-02-25T06:13:20Z\",\"renewals\":["
                        + "{\"at\":\"2026-02-25T06:14:20Z\",\"kind\":\"access\",\"outcome\":\"success\"},"
                        + "{\"at\":\"2026-02-25T06:15:20Z\",\"kind\":\"kube\",\"outcome\":\"transient\"}]}");
        assertThat(ask(get("/v1/accounts/prod/history?x=1")).status()).isEqualTo(400);
    }

    @Test
    void history_accountThatMayNotBeSeen_isRefusedLikeItsStatus() {
        broker.failWith(new BrokerFailure.Denied("no", About.NOTHING));

        assertThat(ask(get("/v1/accounts/prod/history")).status()).isEqualTo(403);
    }

    @Test
    void token_lifeGoesOn_expiresInAndLengthFollow() {
        ask(get("/v1/accounts/prod/token"));
        broker.grant = FakeBroker.grant(Duration.ofMillis(9_999), "t1");

        Answer answer = ask(get("/v1/accounts/prod/token"));

        assertThat(head(answer)).contains("Content-Length: 154\r\n");
        assertThat(body(answer)).contains("\"expires_in\":9,");
    }

    @Test
    void token_noScope_isNull() {
        broker.grant = new TokenGrant(
                PROD, TokenKind.KUBE, Secret.of("a\"b\\"), null, FakeBroker.END, Duration.ofSeconds(1), "t2");

        assertThat(body(ask(get("/v1/accounts/prod/token?kind=kube"))))
                .isEqualTo("{\"access_token\":\"a\\\"b\\\\\",\"token_type\":\"Bearer\",\"expires_in\":1,"
                        + "\"expiration\":1772366400,\"scope\":null,\"account\":\"prod\",\"kind\":\"kube\"}");
    }

    @Test
    void token_query_reachesBroker() {
        ask(get("/v1/accounts/team%2Db/token?kind=kube&cluster=my%20c&min_ttl=300&wait=0"));
        ask(get("/v1/accounts/prod/token"));

        assertThat(broker.asked)
                .containsExactly(
                        new TokenRequest("team-b", TokenKind.KUBE, "my c", Duration.ofSeconds(300), Duration.ZERO),
                        new TokenRequest(
                                "prod", TokenKind.ACCESS, null, Duration.ofSeconds(60), Duration.ofSeconds(10)));
    }

    @Test
    void token_cold_askedAgainWhereItMayBlock() {
        broker.isWarm = false;
        Exchange exchange = service.begin(get("/v1/accounts/prod/token"), TestRequests.OWNER);

        assertThat(exchange.now()).isNull();
        assertThat(body(exchange.later())).contains(FakeBroker.TOKEN);
    }

    @Test
    void done_answered_routeClientStatusAndTime() {
        Exchange exchange = service.begin(get("/v1/accounts/prod/token?kind=x"), TestRequests.OWNER);
        Answer answer = exchange.now();
        nanos = 55;

        assertThat(answer).isNotNull();
        exchange.done(answer);
        ask(get("/v1/nothing"));

        assertThat(done).containsExactly("/v1/accounts/{a}/token owner 400 55", "none owner 404 0");
    }

    @Test
    void watch_newToken_answeredLikeToken() {
        Answer answer = ask(get("/v1/accounts/prod/watch?kind=kube&after=%22t0%22&wait=5"));

        assertThat(body(answer)).contains("\"access_token\":\"" + FakeBroker.TOKEN + "\"");
        assertThat(head(answer)).contains("ETag: \"t1\"\r\n", "Cache-Control: no-store\r\n");
        assertThat(broker.asked)
                .containsExactly(List.of(
                        new TokenRequest("prod", TokenKind.KUBE, null, Duration.ofSeconds(60), Duration.ofSeconds(5)),
                        "t0",
                        Duration.ofSeconds(5)));
    }

    @Test
    void watch_nothingNew_noContent() {
        broker.watchRunsOut = true;

        assertThat(text(ask(get("/v1/accounts/prod/watch?after=t1")))).isEqualTo("HTTP/1.1 204 No Content\r\n\r\n");
        assertThat(broker.asked.toString()).contains("t1, PT1M");
    }

    @Test
    void accounts_one_listed() {
        Answer answer = ask(get("/v1/accounts"));

        assertThat(body(answer)).isEqualTo("{\"accounts\":[" + VIEW_JSON + "],\"shares\":[],\"notes\":[\"a note\"]}");
        assertThat(head(answer)).contains("Content-Type: application/json\r\n").doesNotContain("Cache-Control");
    }

    @Test
    void account_everythingKnown_everyMemberFilled() {
        broker.view = FakeBroker.fullView();

        assertThat(body(ask(get("/v1/accounts/prod"))))
                .isEqualTo("{\"name\":\"prod\",\"state\":\"backoff\",\"login\":\"password\","
                        + "\"login_of\":\"dev\",\"account_id\":\"0123456789abcdef0123456789abcdef\",\"iam_id\":\"IBMid-1\",\"user\":\"ada@example.com\","
                        + "\"tokens\":{\"access\":{\"expires_at\":\"2026-03-01T12:00:00Z\","
                        + "\"refresh_at\":\"2026-03-01T11:59:00Z\"},\"kube\":null,\"uaa\":null},"
                        + "\"refresh_token_expires_at\":\"2026-03-01T13:00:00Z\",\"runway_seconds\":77,\"login_runway_seconds\":25200,"
                        + "\"last_error\":{\"at\":\"2026-03-01T11:59:55Z\",\"iam_code\":\"BXNIM0409E\","
                        + "\"detail\":\"IAM says \\\"no\\\"\"}}");
    }

    @Test
    void ibmAccounts_one_listed() {
        assertThat(body(ask(get("/v1/accounts/prod/ibm-accounts"))))
                .isEqualTo("{\"accounts\":[{\"id\":\"i1\",\"name\":\"\u00dcmlaut\\u0001\",\"state\":null}]}");
    }

    @Test
    void passcodeUrl_asIamNamesIt() {
        assertThat(body(ask(get("/v1/accounts/prod/passcode-url"))))
                .isEqualTo("{\"passcode_url\":\"https://iam.example/identity/passcode\"}");
    }

    @Test
    void clusters_one_listedAndAlone() {
        assertThat(body(ask(get("/v1/accounts/prod/clusters")))).isEqualTo("{\"clusters\":[" + CLUSTER_JSON + "]}");
        assertThat(body(ask(get("/v1/accounts/prod/clusters/a%2Fb")))).isEqualTo(CLUSTER_JSON);
        assertThat(broker.asked).containsExactly("clusters prod", "cluster prod a/b");
    }

    @Test
    void clusters_refresh_askedForNow() {
        assertThat(body(ask(get("/v1/accounts/prod/clusters?refresh=true")))).contains(CLUSTER_JSON);
        ask(get("/v1/accounts/prod/clusters?refresh=false"));
        assertThat(broker.asked).containsExactly("clustersNow prod", "clusters prod");
    }

    @Test
    void kubeconfig_public_userIsThePlugin() {
        Answer answer = ask(get("/v1/accounts/prod/clusters/build/kubeconfig"));

        assertThat(head(answer)).contains("Content-Type: application/yaml\r\n");
        assertThat(body(answer)).isEqualTo("""
                        apiVersion: v1
                        kind: Config
                        clusters:
                          - name: "build/c1"
                            cluster:
                              server: "https://pub:443"
                              certificate-authority-data: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCg==
                        contexts:
                          - name: "build/c1"
                            context:
                              cluster: "build/c1"
                              user: "prod/c1"
                              namespace: default
                        current-context: "build/c1"
                        users:
                          - name: "prod/c1"
                            user:
                              exec:
                                apiVersion: client.authentication.k8s.io/v1
                                command: "/opt/bin/iam-broker-credential"
                                args: ["--account","prod","--cluster","c1","--socket","/run/b.sock"]
                                interactiveMode: Never
                                provideClusterInfo: true
                                installHint: "iam-broker-credential comes with iam-broker: install iam-broker on this\
                         machine, or write this kubeconfig anew with 'iam-broker kubeconfig'"
                        """);
    }

    @Test
    void kubeconfig_publiclyTrusted_noAuthority() {
        broker.certificateAuthority = null;

        assertThat(body(ask(get("/v1/accounts/prod/clusters/build/kubeconfig?endpoint=public"))))
                .doesNotContain("certificate-authority")
                .doesNotContain("insecure")
                .contains("server: \"https://pub:443\"\ncontexts:");
    }

    /** Which one there is, nobody has to know. */
    @Test
    void kubeconfig_privateEndpointAlone_isTakenUnlessThePublicOneIsAskedFor() {
        broker.accessed = new Cluster(
                "c1", "build", null, null, null, null, null, null, "https://priv:443", Set.of("https://priv:443"));

        assertThat(body(ask(get("/v1/accounts/prod/clusters/build/kubeconfig"))))
                .contains("server: \"https://priv:443\"");
        assertThat(body(ask(get("/v1/accounts/prod/clusters/build/kubeconfig?endpoint=public"))))
                .contains("\"status\":400", "ask with --endpoint private");
    }

    @Test
    void kubeconfig_endpointOff_saysWhichToAskFor() {
        assertThat(body(ask(get("/v1/accounts/prod/clusters/build/kubeconfig?endpoint=private"))))
                .contains("\"status\":400", "ask with --endpoint public");
    }

    /** As where both are told without TLS. Neither is offered in place of the other. */
    @ParameterizedTest
    @ValueSource(strings = {"", "?endpoint=public", "?endpoint=private"})
    void kubeconfig_noUsableEndpoint_saysSoAndSendsNobodyInACircle(String query) {
        broker.accessed = new Cluster("c1", "build", null, null, null, null, null, null, null, Set.of());

        assertThat(body(ask(get("/v1/accounts/prod/clusters/build/kubeconfig" + query))))
                .contains("\"status\":400", "the containers service names no https address of this cluster")
                .doesNotContain("--endpoint");
    }

    @ParameterizedTest
    @CsvSource({"/v1/kube-credential?account=prod,v1", "/v1/accounts/prod/kube-credential?api_version=v1beta1,v1beta1"})
    void kubeCredential_emptyBody_credential(String target, String version) {
        Answer answer = ask(target.startsWith("/v1/kube") ? post(target, "") : get(target));

        assertThat(head(answer)).contains("Cache-Control: no-store\r\n", "Content-Type: application/json\r\n");
        assertThat(body(answer))
                .isEqualTo("{\"apiVersion\":\"client.authentication.k8s.io/" + version
                        + "\",\"kind\":\"ExecCredential\",\"status\":{"
                        + "\"expirationTimestamp\":\"2026-03-01T11:59:15Z\",\"token\":\"" + FakeBroker.TOKEN + "\"}}");
        assertThat(broker.asked)
                .containsExactly(new KubeRequest("prod", null, null, Duration.ofSeconds(60), Duration.ofSeconds(10)));
    }

    @Test
    void kubeCredential_execInfo_versionAndServerTaken() {
        broker.isWarm = false;
        String info = "{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\",\"kind\":\"ExecCredential\",\"spec\":{"
                + "\"interactive\":false,\"cluster\":{\"server\":\"https://s:1\",\"certificate-authority-data\":\"eA==\","
                + "\"insecure-skip-tls-verify\":false,\"config\":{\"a\":[1,{}]},\"proxy-url\":null}}}";

        Answer answer = ask(post("/v1/kube-credential?cluster=c1&wait=3", info));

        assertThat(body(answer)).startsWith("{\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"");
        assertThat(broker.asked)
                .containsOnly(new KubeRequest(null, "c1", "https://s:1", Duration.ofSeconds(60), Duration.ofSeconds(3)))
                .hasSize(2);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400|{\"apiVersion\":\"client.authentication.k8s.io/v1alpha1\"}|v1beta1",
                "400|{}|provideClusterInfo",
                "400|{\"spec\":{\"cluster\":{}}}|provideClusterInfo",
                "400|{\"spec\":{\"cluster\":{\"server\":7}}}|KUBERNETES_EXEC_INFO",
                "400|{\"spec\":3}|KUBERNETES_EXEC_INFO",
                "400|canary-input|KUBERNETES_EXEC_INFO",
                "400|[]|KUBERNETES_EXEC_INFO",
                "400|{} {}|KUBERNETES_EXEC_INFO",
                "400|{\"a\":1,\"a\":2}|KUBERNETES_EXEC_INFO",
                "403|{\"spec\":{\"cluster\":{\"server\":\"https://s\",\"insecure-skip-tls-verify\":true}}}|insecure_tls",
            })
    void kubeCredential_badBody_refusedWithoutEcho(int status, String body, String expected) {
        Answer answer = ask(post("/v1/kube-credential", body));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(body(answer)).contains(expected).doesNotContain("canary-input");
        assertThat(broker.asked).isEmpty();
    }

    @Test
    void kubeCredential_deeplyNested_refused() {
        String deep = "{\"a\":".repeat(10_000) + "1" + "}".repeat(10_000);

        assertThat(ask(post("/v1/kube-credential?account=prod", deep)).status()).isEqualTo(400);
    }

    static Stream<Arguments> logins() {
        return Stream.of(
                Arguments.of("", "Configured"),
                Arguments.of(" {} ", "Configured"),
                Arguments.of("{\"passcode\":\"s3cret\"}", "Passcode s3cret"),
                Arguments.of("{\"username\":\"u\",\"password\":\"s3cret\"}", "Password u s3cret"),
                Arguments.of("{\"api_key\":\"s3cret\"}", "ApiKey s3cret"),
                Arguments.of("{\"refresh_token\":\"s3cret\"}", "RefreshToken s3cret"));
    }

    @ParameterizedTest
    @MethodSource("logins")
    void login_eachForm_reachesBroker(String body, String expected) {
        Answer answer = ask(post("/v1/accounts/prod/login", body));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(body(answer)).isEqualTo(VIEW_JSON);
        assertThat(described((LoginAttempt) broker.asked.getFirst())).isEqualTo(expected);
    }

    @Reveals("a test compares what was sent with what arrived")
    private static String described(LoginAttempt attempt) {
        return switch (attempt) {
            case LoginAttempt.Configured a -> "Configured";
            case LoginAttempt.Passcode a -> "Passcode " + a.passcode().reveal();
            case LoginAttempt.Password a ->
                "Password " + a.username() + " " + a.password().reveal();
            case LoginAttempt.ApiKey a -> "ApiKey " + a.apiKey().reveal();
            case LoginAttempt.RefreshToken a ->
                "RefreshToken " + a.refreshToken().reveal();
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"passcode\":\"s3cret\",\"api_key\":\"s3cret\"}",
                "{\"passcode\":\"s3cret\",\"extra\":\"x\"}",
                "{\"passcode\":\"\"}",
                "{\"passcode\":123456}",
                "{\"passcode\":{\"s3cret\":true}}",
                "{\"username\":\"s3cret\"}",
                "{\"username\":\"\",\"password\":\"s3cret\"}",
                "{\"s3cret\":\"x\"}",
                "{\"passcode\":\"s3cret\",\"passcode\":\"s3cret\"}",
                "{\"passcode\":\"s3cret\"",
                "{\"passcode\":\"s3cret\"} s3cret",
                "\"s3cret\"",
                "s3cret"
            })
    void login_anythingElse_refusedWithoutEcho(String body) {
        Answer answer = ask(post("/v1/accounts/prod/login", body));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(body(answer)).contains("api_key").doesNotContain("s3cret");
        assertThat(broker.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"refresh", "purge", "logout"})
    void command_said_answersWithAccount(String word) {
        assertThat(body(ask(post("/v1/accounts/prod/" + word, "")))).isEqualTo(VIEW_JSON);
        assertThat(broker.asked).containsExactly(word + " prod");
    }

    @Test
    void health_ready_everywhere200() {
        for (String path : List.of("/livez", "/readyz", "/readyz/prod")) {
            Answer answer = ask(get(path));
            assertThat(answer.status()).isEqualTo(200);
            assertThat(body(answer))
                    .isEqualTo("{\"ready\":true,\"not_ready\":0,\"accounts\":[],\"runway_seconds\":77}");
        }
    }

    @Test
    void health_notReady_namesForThoseWhoMayList() {
        broker.readiness = new Readiness(List.of(PROD), Duration.ZERO);

        assertThat(ask(get("/livez")).status()).isEqualTo(200);
        for (String path : List.of("/readyz", "/readyz/prod")) {
            Answer answer = ask(get(path));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(body(answer))
                    .isEqualTo("{\"ready\":false,\"not_ready\":1,\"accounts\":[\"prod\"],\"runway_seconds\":0}");
        }
        Answer stranger = service(TransportRules.metrics(Set.of()))
                .begin(get("/readyz"), TestRequests.TCP)
                .now();
        assertThat(stranger).isNotNull();
        assertThat(body(stranger)).isEqualTo("{\"ready\":false,\"not_ready\":1,\"accounts\":[],\"runway_seconds\":0}");
    }

    @Test
    void metrics_scraped_bodyAndMediaTypeOfExposition() {
        Answer answer = ask(get("/metrics", "Accept: application/openmetrics-text"));

        assertThat(head(answer)).contains("Content-Type: text/plain; version=0.0.4\r\n");
        assertThat(body(answer)).isEqualTo("m{accept=\"application/openmetrics-text\"}\n");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/accounts/prod/token?kid=x|unknown query parameter: accepted are kind, cluster, min_ttl, wait",
                "/v1/accounts/prod/token?|",
                "/v1/accounts?x=1|unknown query parameter: none is accepted here",
                "/v1/accounts/prod/token?kind=kube&kind=kube|query parameter kind is given twice",
                "/v1/accounts/prod/token?kind|query parameter kind has no value",
                "/v1/accounts/prod/token?cluster=|query parameter cluster has no value",
                "/v1/accounts/prod/token?min_ttl=-1|query parameter min_ttl is not a whole number of seconds, 0 or more",
                "/v1/accounts/prod/token?min_ttl=5m|query parameter min_ttl is not a whole number of seconds, 0 or more",
                "/v1/accounts/prod/token?min_ttl=1.5|query parameter min_ttl is not a whole number of seconds, 0 or more",
                "/v1/accounts/prod/token?min_ttl=9999999999999|query parameter min_ttl is not a whole number of seconds, 0 or more",
                "/v1/accounts/prod/token?wait=61|query parameter wait is not a whole number of seconds, from 0 to 60",
                "/v1/accounts/prod/token?wait=x|query parameter wait is not a whole number of seconds, from 0 to 60",
                "/v1/accounts/prod/watch?max_ttl=1|unknown query parameter: accepted are kind, cluster, after, min_ttl, wait",
                "/v1/accounts/prod/token?kind=ACCESS|unknown kind of token: there are access, kube and uaa",
                "/v1/accounts/prod/kube-credential?api_version=v2|query parameter api_version is neither v1 nor v1beta1",
                "/v1/accounts/prod/clusters?refresh=1|query parameter refresh is neither true nor false",
                "/v1/accounts/prod/clusters/c/kubeconfig?endpoint=vpe|query parameter endpoint is neither public nor private",
                "/v1/accounts/%zz/token|the path, query or form has a percent-escape that is no printable UTF-8",
                "/v1/accounts/%/token|the path, query or form has a percent-escape that is no printable UTF-8",
                "/v1/accounts/%ff/token|the path, query or form has a percent-escape that is no printable UTF-8",
                "/v1/accounts/%00/token|the path, query or form has a percent-escape that is no printable UTF-8",
                "/v1/accounts/prod/token?cluster=%4|the path, query or form has a percent-escape that is no printable UTF-8",
            })
    void badQuery_400SaysWhatWasExpected(String target, String detail) {
        Answer answer = ask(get(target));

        if (detail == null) {
            assertThat(answer.status()).isEqualTo(200);
            return;
        }
        assertThat(text(answer))
                .startsWith("HTTP/1.1 400 Bad Request\r\nContent-Type: application/problem+json\r\n")
                .endsWith("\r\n\r\n{\"type\":\"urn:iam-broker:problem:bad_request\",\"title\":\"Bad request\","
                        + "\"status\":400,\"detail\":\"" + detail + "\"}");
        assertThat(broker.asked).isEmpty();
    }

    @Test
    void kindId_400HintsKube() {
        assertThat(body(ask(get("/v1/accounts/prod/token?kind=id")))).endsWith(",\"hint\":\"kube\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/v1",
                "/v1/accounts/",
                "/v1/accounts//token",
                "/v1/accounts/prod/token/",
                "/v1/accounts/prod/x",
                "/identity",
                "/readyz/",
                "/V1/accounts",
                "/v1/../livez",
                "//livez"
            })
    void unknownPath_404(String path) {
        Answer answer = ask(get(path));

        assertThat(body(answer))
                .isEqualTo("{\"type\":\"urn:iam-broker:problem:no_such_route\",\"title\":\"No such route\","
                        + "\"status\":404,\"detail\":\"there is no such path here\"}");
    }

    @ParameterizedTest
    @CsvSource({
        "POST,/v1/accounts,GET",
        "HEAD,/livez,GET",
        "GET,/v1/kube-credential,POST",
        "DELETE,/v1/accounts/prod/login,POST",
        "get,/livez,GET"
    })
    void wrongMethod_405WithAllow(String method, String path, String allowed) {
        Answer answer = ask(request(method, path, ""));

        assertThat(answer.status()).isEqualTo(405);
        assertThat(head(answer)).contains("Allow: " + allowed + "\r\n");
    }

    static Stream<Arguments> failures() {
        About about = About.account(PROD);
        return Stream.of(
                failure(403, "denied", "Denied", new BrokerFailure.Denied("no", About.NOTHING), ""),
                failure(
                        409,
                        "login_required",
                        "Login required",
                        new Conflict(
                                Conflict.Kind.LOGIN_REQUIRED,
                                "no",
                                about.withState(AccountState.LOGIN_REQUIRED)
                                        .withIamCode("BXNIM0407E")
                                        .withHint("iam-broker login prod")),
                        ",\"account\":\"prod\",\"state\":\"login_required\",\"iam_code\":\"BXNIM0407E\","
                                + "\"hint\":\"iam-broker login prod\""),
                conflict(Conflict.Kind.DISABLED, "disabled", "Account disabled"),
                conflict(Conflict.Kind.ACCOUNT_UNBOUND, "account_unbound", "Login not bound to an account"),
                conflict(Conflict.Kind.IDENTITY_MISMATCH, "identity_mismatch", "Identity mismatch"),
                conflict(Conflict.Kind.AMBIGUOUS_CLUSTER, "ambiguous_cluster", "Several clusters have this name"),
                failure(
                        422,
                        "login_refused",
                        "Login refused by IAM",
                        new BrokerFailure.LoginRefused("no", about.withIamCode("X1")),
                        ",\"account\":\"prod\",\"iam_code\":\"X1\""),
                failure(423, "locked", "Locked", new BrokerFailure.Locked("no", About.NOTHING), ""),
                failure(
                        404,
                        "unknown",
                        "Unknown account or cluster",
                        new BrokerFailure.Unknown("no", About.NOTHING),
                        ""),
                failure(400, "bad_request", "Bad request", new BrokerFailure.BadRequest("no", About.NOTHING), ""),
                failure(
                        503,
                        "unavailable",
                        "IAM unavailable",
                        new BrokerFailure.Unavailable("no", about.withRetryAfter(Duration.ofMillis(1001))),
                        ",\"account\":\"prod\",\"retry_after\":2"),
                failure(
                        504,
                        "deadline_exceeded",
                        "IAM did not answer in time",
                        new BrokerFailure.DeadlineExceeded("no", about),
                        ",\"account\":\"prod\""));
    }

    private static Arguments conflict(Conflict.Kind kind, String word, String title) {
        return failure(409, word, title, new Conflict(kind, "no", About.NOTHING), "");
    }

    private static Arguments failure(int status, String word, String title, BrokerFailure failure, String about) {
        return Arguments.of(status, word, title, failure, about);
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("failures")
    void brokerFails_problem(int status, String word, String title, BrokerFailure failure, String about) {
        broker.failWith(failure);

        Answer answer = ask(get("/v1/accounts/prod/token"));

        assertThat(answer.status()).isEqualTo(status);
        assertThat(head(answer)).contains("Content-Type: application/problem+json\r\n");
        assertThat(head(answer).contains("Retry-After: 2\r\n")).isEqualTo(status == 503);
        assertThat(body(answer))
                .isEqualTo("{\"type\":\"urn:iam-broker:problem:" + word + "\",\"title\":\"" + title + "\",\"status\":"
                        + status + ",\"detail\":\"no\"" + about + "}");
    }

    @Test
    void unexpectedFailure_500WithoutItsText() {
        broker.failure = new IllegalStateException("canary-internal");

        assertThat(body(ask(get("/v1/accounts"))))
                .isEqualTo("{\"type\":\"urn:iam-broker:problem:internal\",\"title\":\"Internal error\","
                        + "\"status\":500,\"detail\":\"the broker failed: its log says more\"}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/audit/verify                       | verify 1",
                "/v1/audit/verify?from=17               | verify 17",
                "/v1/audit/records                      | records 100 -1",
                "/v1/audit/records?limit=5&after=0      | records 5 0",
                "/v1/audit/holders?fingerprint=0123ab   | holders 0123ab"
            })
    void audit_question_isAskedAndPutOnRecord(String target, String asked) {
        Answer answer = ask(get(target));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(text(answer)).contains("Cache-Control: no-store").endsWith("{\"asked\":\"" + asked + "\"}");
        assertThat(broker.asked).singleElement().asString().isEqualTo("audit-" + target.split("[/?]")[3]);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/v1/audit/verify?from=0",
                "/v1/audit/verify?from=x",
                "/v1/audit/records?limit=0",
                "/v1/audit/records?limit=1001",
                "/v1/audit/records?after=-1",
                "/v1/audit/holders",
                "/v1/audit/holders?fingerprint=0123a",
                "/v1/audit/holders?fingerprint=0123AB",
                "/v1/audit/holders?fingerprint=eyJhbGciOi"
            })
    void audit_wrongQuestion_is400WithoutEcho(String target) {
        Answer answer = ask(get(target));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(text(answer)).doesNotContain("eyJ").doesNotContain("0123A");
    }

    @Test
    void audit_clientWithoutAdminOfAll_isDenied() {
        broker.failWith(new BrokerFailure.Denied("no", About.NOTHING));

        assertThat(ask(get("/v1/audit/records")).status()).isEqualTo(403);
    }
}
