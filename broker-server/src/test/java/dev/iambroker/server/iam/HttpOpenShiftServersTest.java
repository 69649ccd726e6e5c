package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.account.Account;
import dev.iambroker.account.AccountName;
import dev.iambroker.account.Cloud;
import dev.iambroker.account.Cluster;
import dev.iambroker.account.Login;
import dev.iambroker.account.OpenShiftFailure;
import dev.iambroker.account.OpenShiftFailure.Kind;
import dev.iambroker.account.OpenShiftToken;
import dev.iambroker.emulator.ClusterSpec;
import dev.iambroker.emulator.EmulatedCloud;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.emulator.Emulator;
import dev.iambroker.emulator.cloud.Provider;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.http.Header;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent to the servers of an OpenShift cluster, and what becomes of each answer. */
final class HttpOpenShiftServersTest {
    private static final EmulatedCloud CLOUD = EmulatedCloud.sample(Emulator.builder());
    private static final EmulatedCluster ROKS = CLOUD.emulator()
            .addCluster(ClusterSpec.openShift(
                    "emulated0prod0roks", "prod-roks", EmulatedCloud.PROD_ACCOUNT, Provider.VPC_GEN2));
    private static final Account ACCOUNT = new Account(
            new AccountName("prod"), new Login.Passcode(), EmulatedCloud.PROD_ACCOUNT, Cloud.IBM_CLOUD, false);
    private static final Account PRIVATELY = new Account(
            new AccountName("prod"), new Login.Passcode(), EmulatedCloud.PROD_ACCOUNT, Cloud.IBM_CLOUD_PRIVATE, false);

    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private @Nullable CloudConnections connections;

    @TempDir
    private Path temp;

    @BeforeEach
    void forget() {
        CLOUD.emulator().clearRequests();
    }

    @AfterEach
    void stop() {
        CLOUD.emulator().behave();
        CLOUD.emulator().settings().openShiftTokenLife(Duration.ofHours(24));
        if (connections != null) {
            connections.close();
        }
        executor.shutdownNow();
    }

    @AfterAll
    static void close() {
        CLOUD.close();
    }

    private HttpOpenShiftServers servers() throws IOException {
        return servers(
                Files.writeString(temp.resolve("ca.pem"), CLOUD.emulator().caPem()), Duration.ofSeconds(20));
    }

    private HttpOpenShiftServers servers(@Nullable Path caFile, Duration deadline) {
        Endpoints endpoints = new Endpoints(Cloud.IBM_CLOUD, null, null, null, null, caFile);
        HttpSettings settings = new HttpSettings("iam-broker/1.2.3", executor, null, Duration.ofSeconds(20), deadline);
        CloudConnections made = new CloudConnections(settings, Map.of(ACCOUNT.name(), endpoints));
        connections = made;
        return new HttpOpenShiftServers(
                made, InstantSource.system(), (server, status) -> heard.add(server + " " + status));
    }

    private static Cluster cluster() {
        return cluster(ROKS.url(), ROKS.privateUrl());
    }

    private static Cluster cluster(@Nullable String publicUrl, @Nullable String privateUrl, String... others) {
        return new Cluster(
                ROKS.id(),
                ROKS.name(),
                "openshift",
                "vpc-gen2",
                null,
                "normal",
                null,
                publicUrl,
                privateUrl,
                Set.of(others));
    }

    private static Secret passcode() {
        return Secret.of(CLOUD.emulator().addPasscode(CLOUD.user()));
    }

    private static OpenShiftFailure failureOf(Runnable call) {
        OpenShiftFailure failure = catchThrowableOfType(OpenShiftFailure.class, call::run);
        assertThat(failure).isNotNull();
        return failure;
    }

    private static OpenShiftToken token(HttpOpenShiftServers servers, Secret passcode) {
        String authorization = servers.authorization(ACCOUNT, cluster());
        return servers.token(ACCOUNT, cluster(), authorization, passcode);
    }

    @Reveals("a test's passcode, to compare what arrived")
    private static String basic(Secret passcode) {
        byte[] pair = ("passcode:" + passcode.reveal()).getBytes(StandardCharsets.UTF_8);
        return "Basic " + Base64.getEncoder().encodeToString(pair);
    }

    @Reveals("a test's token, to see whether the cluster takes it")
    private static String revealed(OpenShiftToken token) {
        return token.value().reveal();
    }

    @Test
    void passcode_buysATokenOfTheLifeThatWasAnswered() throws IOException {
        CLOUD.emulator().settings().openShiftTokenLife(Duration.ofMinutes(90));
        OpenShiftToken token = token(servers(), passcode());
        assertThat(revealed(token)).startsWith("sha256~");
        assertThat(token.life()).isEqualTo(Duration.ofMinutes(90));
        assertThat(token.scope()).isEqualTo("user:full");
        assertThat(token.toString()).doesNotContain("sha256");
        assertThat(heard).containsExactly("api 200", "oauth 302");
    }

    @Test
    void requests_areTwo_withTheHeadersOfTheFlowAndNoOthers() throws IOException {
        Secret passcode = passcode();
        token(servers(), passcode);

        List<RecordedRequest> requests = CLOUD.emulator().requests();
        assertThat(requests).hasSize(2);
        assertThat(requests.getFirst().listener()).isEqualTo("kube:" + ROKS.id());
        assertThat(requests.getFirst().path()).isEqualTo("/.well-known/oauth-authorization-server");
        assertThat(names(requests.getFirst())).containsExactlyInAnyOrder("Accept", "Host", "User-Agent");
        RecordedRequest exchange = requests.getLast();
        assertThat(exchange.listener()).isEqualTo("oauth:" + ROKS.id());
        assertThat(exchange.method() + " " + exchange.path() + "?" + exchange.query())
                .isEqualTo("GET /oauth/authorize?response_type=token&client_id=openshift-challenging-client");
        assertThat(names(exchange)).containsExactlyInAnyOrder("Authorization", "Host", "User-Agent", "X-CSRF-Token");
        assertThat(exchange.header("Authorization")).isEqualTo(basic(passcode));
        assertThat(exchange.header("X-CSRF-Token")).isNotEmpty();
    }

    private static List<String> names(RecordedRequest request) {
        return request.headers().stream().map(Header::name).toList();
    }

    @Test
    void authorization_onThePrivateWay_isAskedForThereWhereTheCloudIs() throws IOException {
        assertThat(URI.create(ROKS.privateUrl()).getHost()).isEqualTo("localhost");
        HttpOpenShiftServers servers = servers();
        // The document names 127.0.0.1, which is no variant of localhost.
        OpenShiftFailure failure = failureOf(() -> servers.authorization(PRIVATELY, cluster()));
        assertThat(failure).hasMessageContaining(" at localhost:");
        assertThat(servers.authorization(PRIVATELY, cluster(ROKS.url(), null)))
                .isEqualTo(ROKS.oauthUrl() + "/oauth/authorize");
        assertThat(servers.authorization(ACCOUNT, cluster(null, null, ROKS.url() + "/")))
                .isEqualTo(ROKS.oauthUrl() + "/oauth/authorize");
    }

    @Test
    void cluster_withoutAnEndpoint_isRefused() throws IOException {
        HttpOpenShiftServers servers = servers();
        for (Cluster nowhere :
                List.of(cluster(null, null), cluster("http://127.0.0.1:1", "https://a b", "https://u@127.0.0.1:1/"))) {
            assertThat(failureOf(() -> servers.authorization(ACCOUNT, nowhere)).kind())
                    .isEqualTo(Kind.REFUSED);
        }
        assertThat(CLOUD.emulator().requests()).isEmpty();
    }

    /** Nothing turns verification off: without the authority there is no connection to say anything on. */
    @Test
    void certificate_thatIsNotTrusted_isSentNothing() {
        OpenShiftFailure failure =
                failureOf(() -> servers(null, Duration.ofSeconds(20)).authorization(ACCOUNT, cluster()));
        assertThat(failure.kind()).isEqualTo(Kind.RETRY);
        assertThat(failure).hasMessageContaining("certificate not trusted").hasMessageContaining(ROKS.id());
        Secret passcode = passcode();
        failureOf(() -> servers(null, Duration.ofSeconds(20))
                .token(ACCOUNT, cluster(), ROKS.oauthUrl() + "/oauth/authorize", passcode));
        assertThat(CLOUD.emulator().requests()).isEmpty();
        assertThat(heard).containsExactly("api error", "oauth error");
    }

    @ParameterizedTest
    @CsvSource({
        "DOCUMENT_ELSEWHERE, REFUSED, neither at its own host nor at a known variant",
        "DOCUMENT_PLAIN, REFUSED, not by https",
        "DOCUMENT_SILENT, REFUSED, names no OAuth server",
        "REDIRECT_302, REFUSED, 'a redirect, which is never followed'",
        "ERROR_500, RETRY, answered 500",
        "ERROR_503, RETRY, answered 503",
        "THROTTLE_429_SECONDS, RETRY, answered 429",
        "HTML_200, RETRY, something other than JSON",
        "HTML_502, RETRY, answered 502",
        "EMPTY_200, RETRY, something other than JSON",
        "INVALID_JSON, RETRY, something other than JSON",
        "ENDLESS_BODY, RETRY, more than any true answer holds",
        "RESET, RETRY, ''",
        "CUT_OFF_BODY, RETRY, closed the connection before the answer was whole",
        "HANG_AFTER_ACCEPT, RETRY, did not answer within 0.7 s",
        "STALL_BODY, RETRY, did not answer within 0.7 s"
    })
    void document_eachFault_isToldOf(Misbehaviour misbehaviour, Kind kind, String words) throws IOException {
        HttpOpenShiftServers servers = patience(misbehaviour);
        CLOUD.emulator().misbehave(Fault.onCluster(ROKS.id(), misbehaviour));
        OpenShiftFailure failure = failureOf(() -> servers.authorization(ACCOUNT, cluster()));
        assertThat(failure.kind()).isEqualTo(kind);
        assertThat(failure)
                .hasMessageStartingWith("the API server of OpenShift cluster " + ROKS.id() + " at 127.0.0.1:")
                .hasMessageContaining(words);
    }

    @ParameterizedTest
    @CsvSource({
        "OAUTH_DENIED, REFUSED, 'refuses: access_denied: emulated refusal'",
        "OAUTH_FAILED, RETRY, 'refuses: server_error: emulated refusal'",
        "OAUTH_LOGIN_PAGE, REFUSED, sends to a page where people log in",
        "OAUTH_ELSEWHERE, REFUSED, 'redirects to another host, which is not gone to'",
        "REDIRECT_302, REFUSED, 'redirects to another host, which is not gone to'",
        "OAUTH_NO_LIFE, REFUSED, type or life cannot be told",
        "OAUTH_OTHER_TYPE, REFUSED, type or life cannot be told",
        "HTML_200, REFUSED, answered 200",
        "EMPTY_200, REFUSED, answered 200",
        "ERROR_500, RETRY, answered 500",
        "HTML_502, RETRY, answered 502",
        "THROTTLE_429_SECONDS, RETRY, answered 429",
        "THROTTLE_429_BARE, RETRY, answered 429",
        "BXNIM0407E, REFUSED, answered 400",
        "BXNIM0400E, PASSCODE_REFUSED, refused the one-time passcode",
        "ENDLESS_BODY, RETRY, more than any true answer holds",
        "RESET, RETRY, ''",
        "HANG_AFTER_ACCEPT, RETRY, did not answer within 0.7 s",
        "SLOW_HEADERS, RETRY, did not answer within 0.7 s"
    })
    void exchange_eachFault_isToldOfWithoutThePasscodeOrAToken(Misbehaviour misbehaviour, Kind kind, String words)
            throws IOException {
        HttpOpenShiftServers servers = patience(misbehaviour);
        String authorization = ROKS.oauthUrl() + "/oauth/authorize";
        CLOUD.emulator().misbehave(Fault.onOAuthServer(ROKS.id(), misbehaviour));
        Secret passcode = passcode();
        OpenShiftFailure failure = failureOf(() -> servers.token(ACCOUNT, cluster(), authorization, passcode));
        assertThat(failure.kind()).as(failure.getMessage()).isEqualTo(kind);
        assertThat(failure)
                .hasMessageStartingWith("the OAuth server of OpenShift cluster " + ROKS.id() + " at 127.0.0.1:")
                .hasMessageContaining(words)
                .hasMessageNotContaining("sha256~")
                .hasMessageNotContaining("elsewhere.example")
                .hasMessageNotContaining("\n");
        assertThat(CLOUD.emulator().requests()).hasSizeBetween(1, misbehaviour == Misbehaviour.RESET ? 2 : 1);
    }

    /** The JDK's client may send a GET once more where the connection ends before a byte of the answer. */
    @Test
    void answerThatIsLost_isNeverTakenForACredentialThatIsWrong() throws IOException {
        HttpOpenShiftServers servers = servers();
        CLOUD.emulator().misbehave(Fault.onOAuthServer(ROKS.id(), Misbehaviour.CLOSE_BEFORE_ANSWER));
        OpenShiftFailure failure = failureOf(() -> token(servers, passcode()));
        assertThat(failure.kind()).isIn(Kind.RETRY, Kind.PASSCODE_REFUSED);
    }

    private HttpOpenShiftServers patience(Misbehaviour misbehaviour) throws IOException {
        boolean isSlow = Set.of(Misbehaviour.HANG_AFTER_ACCEPT, Misbehaviour.STALL_BODY, Misbehaviour.SLOW_HEADERS)
                .contains(misbehaviour);
        if (!isSlow) {
            return servers();
        }
        return servers(
                Files.writeString(temp.resolve("ca.pem"), CLOUD.emulator().caPem()), Duration.ofMillis(700));
    }

    @Test
    void throttling_saysWhenToComeBack() throws IOException {
        HttpOpenShiftServers servers = servers();
        CLOUD.emulator()
                .misbehave(Fault.onOAuthServer(ROKS.id(), Misbehaviour.THROTTLE_429_SECONDS)
                        .retryAfter(Duration.ofSeconds(7)));
        OpenShiftFailure failure = failureOf(() -> token(servers, passcode()));
        assertThat(failure.retryAfter()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void passcode_usedBefore_isRefusedAsThat() throws IOException {
        HttpOpenShiftServers servers = servers();
        Secret passcode = passcode();
        token(servers, passcode);
        assertThat(failureOf(() -> token(servers, passcode)).kind()).isEqualTo(Kind.PASSCODE_REFUSED);
    }

    /** A life of zero is how OpenShift writes that a token does not end. */
    @Test
    void tokenWithoutAnEnd_isHadAnewEachDay() throws IOException {
        HttpOpenShiftServers servers = servers();
        CLOUD.emulator().misbehave(Fault.onOAuthServer(ROKS.id(), Misbehaviour.OAUTH_ENDLESS));
        assertThat(token(servers, passcode()).life()).isEqualTo(Duration.ofHours(24));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "access_token=&expires_in=1&token_type=Bearer",
                "access_token=a%20b&expires_in=1&token_type=Bearer",
                "access_token=a%0d%0aX:y&expires_in=1&token_type=Bearer",
                "access_token=a%zz&expires_in=1&token_type=Bearer",
                "access_token=a&access_token=b&expires_in=1&token_type=Bearer",
                "access_token=a&expires_in=-1&token_type=Bearer",
                "access_token=a&expires_in=1h&token_type=Bearer",
                "access_token=a&expires_in=99999999999&token_type=Bearer",
                "access_token=a&expires_in=1",
                "access_token=a&expires_in=1&token_type=",
                "expires_in=1&token_type=Bearer"
            })
    void redirect_withoutAWholeToken_holdsNone(String fragment) {
        OAuthRedirect redirect = OAuthRedirect.of("https://a.example/implicit#" + fragment);
        assertThat(redirect.token(Wire.NOW)).isNull();
        assertThat(redirect.place()).isEqualTo("https://a.example/implicit");
    }

    @Test
    void redirect_isReadByItsFragment_thenByItsQuery() {
        OAuthRedirect good = OAuthRedirect.of(
                "https://a.example/implicit?access_token=no&error=x#access_token=sha256~a&expires_in=5&token_type=bearer");
        assertThat(good.error()).isNull();
        assertThat(good.place()).isEqualTo("https://a.example/implicit");
        OpenShiftToken token = good.token(Wire.NOW);
        assertThat(token).isNotNull();
        assertThat(revealed(token)).isEqualTo("sha256~a");
        assertThat(OAuthRedirect.of("https://a.example/e?error=temporarily_unavailable")
                        .isErrorOfTheMoment())
                .isTrue();
        assertThat(OAuthRedirect.of("https://a.example/e#error=%1b[31m").error())
                .isEqualTo("unreadable error");
        assertThat(OAuthRedirect.of("https://a.example/login?then=x").hasToken())
                .isFalse();
    }
}
