package dev.iambroker.server;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.ClusterSpec;
import dev.iambroker.emulator.EmulatedCluster;
import dev.iambroker.emulator.cloud.Provider;
import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.fault.Fault;
import dev.iambroker.emulator.fault.Misbehaviour;
import dev.iambroker.emulator.record.RecordedRequest;
import dev.iambroker.emulator.settings.Rotation;
import dev.iambroker.server.UnixCaller.Answer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole daemon with OpenShift clusters: every way to log in, every way for their servers to fail. */
@ExtendWith(QuietLog.class)
final class OpenShiftTest {
    private static final String PASSCODE = "/identity/passcode";
    private static final String SHA = "sha256~";

    private final ManualTime time = new ManualTime();
    private final SmallCloud cloud = SmallCloud.on(time);

    @TempDir
    private Path temp;

    private EmulatedCluster ofKey = cluster("roks0key", "by-key-roks", SmallCloud.KEY_ACCOUNT);
    private EmulatedCluster ofPassword = cluster("roks0password", "by-password-roks", SmallCloud.PASSWORD_ACCOUNT);
    private EmulatedCluster ofPasscode = cluster("roks0passcode", "by-passcode-roks", SmallCloud.PASSCODE_ACCOUNT);

    private EmulatedCluster cluster(String id, String name, String account) {
        return cloud.emulator().addCluster(ClusterSpec.openShift(id, name, account, Provider.VPC_GEN2));
    }

    @BeforeEach
    void rotate() {
        cloud.emulator().settings().rotation(Rotation.STRICT);
    }

    @AfterEach
    void close() {
        assertThat(cloud.emulator().departures()).isEmpty();
        assertThat(cloud.emulator().peakInFlightOfASession()).isLessThanOrEqualTo(1);
        assertThat(apiKeyWasSentTo()).isSubsetOf("cloud");
        cloud.close();
    }

    /** Also where it is only part of a header, in clear or as Basic. */
    private List<String> apiKeyWasSentTo() {
        String basic =
                Base64.getEncoder().encodeToString(("apikey:" + SmallCloud.API_KEY).getBytes(StandardCharsets.UTF_8));
        return cloud.emulator().requests().stream()
                .filter(request -> {
                    String all = request.headers() + request.bodyText() + request.query();
                    return all.contains(SmallCloud.API_KEY) || all.contains(basic);
                })
                .map(RecordedRequest::listener)
                .distinct()
                .toList();
    }

    private String accounts() throws IOException {
        Path authority =
                Files.writeString(temp.resolve("ca.pem"), cloud.emulator().caPem());
        return SmallCloud.accounts(temp)
                .replaceAll("account-id: ([0-9a-f]{32})", "account-id: $1, endpoints: { ca-file: " + authority + " }");
    }

    private ManualDaemon start(String more) throws IOException {
        return ManualDaemon.start(temp, accounts() + more, cloud, time, 1);
    }

    private ManualDaemon start() throws IOException {
        return start("");
    }

    private static Answer ask(UnixCaller caller, String account, EmulatedCluster cluster) throws IOException {
        return caller.get("/v1/accounts/" + account + "/token?kind=kube&cluster=" + cluster.id());
    }

    private long count(String listener) {
        return cloud.emulator().requests().stream()
                .filter(request -> request.listener().equals(listener))
                .count();
    }

    private long passcodes() {
        return cloud.emulator().requests().stream()
                .filter(request -> request.path().equals(PASSCODE))
                .count();
    }

    @Test
    void everyLogin_getsTheTokenThatTheClusterTakes_onceForItsWholeLife() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            cloud.logInByPasscode(caller);
            for (EmulatedCluster cluster : List.of(ofKey, ofPassword, ofPasscode)) {
                String account = cluster.name().replace("-roks", "");
                Answer answer = ask(caller, account, cluster);
                assertThat(answer.status()).as("%s", answer).isEqualTo(200);
                assertThat(answer.text("access_token")).startsWith(SHA);
                assertThat(answer.text("kind")).isEqualTo("kube");
                assertThat(answer.json().path("expires_in").asLong()).isEqualTo(86_400);
                assertThat(answer.text("scope")).isEqualTo("user:full");
                assertThat(cluster.issuedTokens()).isEqualTo(1);

                String byName = "/v1/accounts/" + account + "/token?kind=kube&cluster=" + cluster.name();
                assertThat(caller.get(byName).text("access_token")).isEqualTo(answer.text("access_token"));
                assertThat(count("oauth:" + cluster.id())).isEqualTo(1);
            }
            daemon.advance(Duration.ofHours(5));
            assertThat(ask(caller, "by-password", ofPassword)
                            .json()
                            .path("expires_in")
                            .asLong())
                    .isEqualTo(86_400 - 5 * 3600);
            assertThat(passcodes()).isEqualTo(3);
        }
    }

    @Test
    void withoutACluster_kubeIsTheIdTokenOfIam() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            ask(caller, "by-password", ofPassword);
            Answer ofIam = caller.get("/v1/accounts/by-password/token?kind=kube");
            assertThat(ofIam.text("access_token")).startsWith("ey");
            assertThat(ofIam.tokenExpiry()).isAfter(time.now());
            assertThat(passcodes()).isEqualTo(1);
        }
    }

    @Test
    void sharedLogin_getsTheTokensOfItsOwnAccountsClusters() throws Exception {
        String more = "  team: { login: by-password, account-id: %s }\n".formatted(SmallCloud.KEY_ACCOUNT);
        try (var daemon = start(more);
                var caller = daemon.caller()) {
            assertThat(ask(caller, "team", ofKey).text("access_token")).startsWith(SHA);
            assertThat(ask(caller, "by-password", ofPassword).text("access_token"))
                    .startsWith(SHA);
            assertThat(ofKey.issuedTokens()).isEqualTo(1);
            daemon.advance(Duration.ofHours(2));
            assertThat(caller.get("/v1/accounts/by-password/token").status()).isEqualTo(200);
            assertThat(caller.get("/v1/accounts/team/token").status()).isEqualTo(200);
        }
    }

    @Test
    void trustedProfile_isABadRequestThatSaysWhy() throws Exception {
        cloud.emulator().addTrustedProfile("ci", new Account(SmallCloud.KEY_ACCOUNT, "By key"), "cr");
        Path token = ManualDaemon.secretFile(temp.resolve("cr-token"), "cr");
        String more = "  vm: { trusted-profile: { profile-name: ci, cr-token-file: %s }, account-id: %s }\n"
                .formatted(token, SmallCloud.KEY_ACCOUNT);
        try (var daemon = start(more);
                var caller = daemon.caller()) {
            Answer answer = ask(caller, "vm", ofKey);
            assertThat(answer.status()).as("%s", answer).isEqualTo(400);
            assertThat(answer.text("detail")).contains("trusted-profile", "one-time passcode", "password");
            assertThat(passcodes()).isZero();
            assertThat(ask(caller, "by-key", ofKey).status()).isEqualTo(200);
        }
    }

    @Test
    void restart_keepsTheToken() throws Exception {
        String before;
        try (var daemon = start();
                var caller = daemon.caller()) {
            before = ask(caller, "by-password", ofPassword).text("access_token");
        }
        cloud.emulator().stop();
        ofPassword.stop();
        try (var daemon = start();
                var caller = daemon.caller()) {
            assertThat(ask(caller, "by-password", ofPassword).text("access_token"))
                    .isEqualTo(before);
        }
        cloud.emulator().start();
    }

    @Test
    void plugin_byServer_getsTheClustersToken_untilTheMarginBeforeItsEnd() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            caller.get("/v1/accounts/by-password/token");
            String info = """
                    {"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential",
                     "spec":{"interactive":false,"cluster":{"server":"%s"}}}""".formatted(ofPassword.url());
            Answer answer = caller.post("/v1/kube-credential", info);
            assertThat(answer.status()).as("%s", answer).isEqualTo(200);
            assertThat(answer.json().path("status").path("token").asString("")).startsWith(SHA);
            assertThat(answer.json().path("status").path("expirationTimestamp").asString(""))
                    .isEqualTo(time.now()
                            .plus(Duration.ofHours(24))
                            .minusSeconds(45)
                            .truncatedTo(ChronoUnit.SECONDS)
                            .toString());
            Answer scripted = caller.get("/v1/accounts/by-password/kube-credential?cluster=" + ofPassword.id());
            assertThat(scripted.json().path("status").path("token"))
                    .isEqualTo(answer.json().path("status").path("token"));
        }
    }

    @Test
    void kubeconfigAndStatus_knowTheCluster() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            Answer kubeconfig = caller.get("/v1/accounts/by-password/clusters/by-password-roks/kubeconfig");
            assertThat(kubeconfig.status()).as("%s", kubeconfig).isEqualTo(200);
            assertThat(kubeconfig.body())
                    .contains("server: \"" + ofPassword.url() + "\"", "iam-broker-credential", ofPassword.id())
                    .doesNotContain("certificate-authority-data", "insecure", SHA);
            ask(caller, "by-password", ofPassword);
            Answer status = caller.get("/v1/accounts/by-password");
            assertThat(status.json()
                            .path("tokens")
                            .path("kube/" + ofPassword.id())
                            .path("expires_at")
                            .asString(""))
                    .isNotEmpty();
            assertThat(status.json().path("tokens").path("kube").isNull()).isTrue();
            assertThat(caller.get("/metrics").body())
                    .contains("iam_broker_cluster_token_expiry_timestamp_seconds{account=\"by-password\",cluster=\""
                            + ofPassword.id() + "\"}")
                    .contains("iam_broker_iam_requests_total{grant=\"one-time-passcode\",status=\"200\"} 1.0")
                    .contains("iam_broker_openshift_requests_total{server=\"oauth\",status=\"302\"} 1.0")
                    .contains(
                            "iam_broker_refreshes_total{account=\"by-password\",kind=\"kube\",outcome=\"success\"} 1.0");
        }
    }

    @Test
    void share_ofTheCluster_handsOutItsTokenAlone() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            String own = ask(caller, "by-password", ofPassword).text("access_token");
            Answer share = caller.post(
                    "/v1/accounts/by-password/shares?kind=kube&cluster=by-password-roks&ttl=600&uses=2", "");
            assertThat(share.status()).as("%s", share).isEqualTo(200);
            try (var shared = UnixCaller.at(Path.of(share.text("path")))) {
                assertThat(ask(shared, "by-password", ofPassword).text("access_token"))
                        .isEqualTo(own);
                assertThat(ask(shared, "by-key", ofKey).status()).isEqualTo(403);
            }
        }
    }

    @Test
    void lock_forgetsTheToken_unlockBringsItBack() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            String before = ask(caller, "by-password", ofPassword).text("access_token");
            assertThat(caller.post("/v1/lock", "{\"passphrase\":\"a long passphrase\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(ask(caller, "by-password", ofPassword).status()).isEqualTo(423);
            assertThat(caller.post("/v1/unlock", "{\"passphrase\":\"a long passphrase\"}")
                            .status())
                    .isEqualTo(200);
            assertThat(ask(caller, "by-password", ofPassword).text("access_token"))
                    .isEqualTo(before);
            assertThat(ofPassword.issuedTokens()).isEqualTo(1);
        }
    }

    @Test
    void revokedToken_isReplacedByPurgeOrRefresh() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            String first = ask(caller, "by-password", ofPassword).text("access_token");
            ofPassword.revokeTokens();
            assertThat(caller.post("/v1/accounts/by-password/purge", "{}").status())
                    .isEqualTo(200);
            String second = ask(caller, "by-password", ofPassword).text("access_token");
            assertThat(second).isNotEqualTo(first);
            daemon.advance(Duration.ofMinutes(1));
            assertThat(caller.post("/v1/accounts/by-password/refresh", "{}").status())
                    .isEqualTo(200);
            assertThat(ask(caller, "by-password", ofPassword).text("access_token"))
                    .isNotEqualTo(second);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Misbehaviour.class,
            names = {"OAUTH_DENIED", "OAUTH_LOGIN_PAGE", "OAUTH_ELSEWHERE", "OAUTH_NO_LIFE", "HTML_200"})
    void oauthServerThatRefuses_isAConflictThatNamesTheCluster_andIsNotAskedAgainAtOnce(Misbehaviour misbehaviour)
            throws Exception {
        cloud.emulator().misbehave(Fault.onOAuthServer(ofPassword.id(), misbehaviour));
        try (var daemon = start();
                var caller = daemon.caller()) {
            for (int i = 0; i < 5; i++) {
                Answer answer = ask(caller, "by-password", ofPassword);
                assertThat(answer.status()).as("%s", answer).isEqualTo(409);
                assertThat(answer.text("type")).endsWith(":cluster_refused");
                assertThat(answer.text("detail")).contains("OpenShift cluster " + ofPassword.id());
                assertThat(answer.body()).doesNotContain(SHA);
            }
            assertThat(count("oauth:" + ofPassword.id())).isEqualTo(1);
            assertThat(caller.get("/v1/accounts/by-password").text("state")).isEqualTo("valid");
            cloud.emulator().behave();
            daemon.advance(Duration.ofHours(1));
            assertThat(ask(caller, "by-password", ofPassword).status()).isEqualTo(200);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Misbehaviour.class,
            names = {"ERROR_503", "THROTTLE_429_SECONDS", "OAUTH_FAILED"})
    void oauthServerThatFails_isUnavailable_withATimeToComeBack(Misbehaviour misbehaviour) throws Exception {
        cloud.emulator().misbehave(Fault.onOAuthServer(ofPassword.id(), misbehaviour));
        try (var daemon = start();
                var caller = daemon.caller()) {
            Answer answer = ask(caller, "by-password", ofPassword);
            assertThat(answer.status()).as("%s", answer).isEqualTo(503);
            assertThat(answer.json().path("retry_after").asInt(0)).isPositive();
            assertThat(ask(caller, "by-password", ofPassword).status()).isEqualTo(503);
            assertThat(count("oauth:" + ofPassword.id())).isEqualTo(1);
            cloud.emulator().behave();
            daemon.advance(Duration.ofSeconds(40));
            assertThat(ask(caller, "by-password", ofPassword).status()).isEqualTo(200);
        }
    }

    /** No passcode leaves for a place that the document must not name. */
    @ParameterizedTest
    @EnumSource(
            value = Misbehaviour.class,
            names = {"DOCUMENT_ELSEWHERE", "DOCUMENT_PLAIN", "DOCUMENT_SILENT"})
    void documentThatNamesAnotherPlace_isRefused_beforeAPasscodeIsAskedFor(Misbehaviour misbehaviour) throws Exception {
        cloud.emulator().misbehave(Fault.onCluster(ofPassword.id(), misbehaviour));
        try (var daemon = start();
                var caller = daemon.caller()) {
            Answer answer = ask(caller, "by-password", ofPassword);
            assertThat(answer.status()).as("%s", answer).isEqualTo(409);
            assertThat(passcodes()).isZero();
            assertThat(count("oauth:" + ofPassword.id())).isZero();
        }
    }

    /** A server that hangs costs the one who waits for it, and nobody else: not even the same account's other tokens. */
    @Test
    void oauthServerThatHangs_costsNobodyElseAnything() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            cloud.logInByPasscode(caller);
            caller.get("/v1/accounts/by-password/token");
            caller.get("/v1/accounts/by-password/clusters");
            cloud.emulator().misbehave(Fault.onOAuthServer(ofPassword.id(), Misbehaviour.HANG_AFTER_ACCEPT));
            Future<Answer> hanging = threads.submit(() -> {
                try (var patient = daemon.caller()) {
                    return patient.get("/v1/accounts/by-password/token?kind=kube&wait=1&cluster=" + ofPassword.id());
                }
            });
            cloud.emulator()
                    .awaitRequests(
                            1,
                            request -> request.listener().equals("oauth:" + ofPassword.id()),
                            Duration.ofSeconds(20));

            long begun = System.nanoTime();
            for (String path : List.of(
                    "/v1/accounts/by-password/token?kind=kube",
                    "/v1/accounts/by-password/token?min_ttl=999999",
                    "/v1/accounts/by-key/token?kind=kube&cluster=" + ofKey.id(),
                    "/v1/accounts/by-passcode/token?kind=kube&cluster=" + ofPasscode.id())) {
                Answer answer = caller.get(path);
                assertThat(answer.status()).as("%s: %s", path, answer).isEqualTo(200);
            }
            assertThat(caller.post("/v1/accounts/by-password/purge", "{}").status())
                    .isEqualTo(200);
            assertThat(caller.get("/v1/accounts/by-password/token").status()).isEqualTo(200);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            assertThat(took).isLessThan(Duration.ofSeconds(8));

            Answer waited = hanging.get(20, TimeUnit.SECONDS);
            assertThat(waited.status()).as("%s", waited).isEqualTo(504);
            assertThat(waited.text("detail")).contains("OpenShift cluster");
        }
    }

    @Test
    void manyCallersAtOnce_costOnePasscodeAndOneToken() throws Exception {
        cloud.emulator().settings().latency(Duration.ofMillis(20));
        try (var daemon = start();
                var caller = daemon.caller();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            caller.get("/v1/accounts/by-password/clusters");
            List<Future<Answer>> answers = IntStream.range(0, 50)
                    .mapToObj(i -> threads.submit(() -> {
                        try (var each = daemon.caller()) {
                            return ask(each, "by-password", ofPassword);
                        }
                    }))
                    .toList();
            for (Future<Answer> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
            assertThat(passcodes()).isEqualTo(1);
            assertThat(ofPassword.issuedTokens()).isEqualTo(1);
        }
    }

    /** Clusters of one session at once: their passcodes are asked for one after the other, the rest goes on side by side. */
    @Test
    void manyClustersOfOneSession_presentItsRefreshTokenOneAfterTheOther() throws Exception {
        List<EmulatedCluster> clusters = IntStream.range(0, 8)
                .mapToObj(i -> cluster("roks0many" + i, "many-" + i, SmallCloud.PASSWORD_ACCOUNT))
                .toList();
        cloud.emulator().settings().latency(Duration.ofMillis(20));
        try (var daemon = start();
                var caller = daemon.caller();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            caller.get("/v1/accounts/by-password/clusters");
            List<Future<Answer>> answers = clusters.stream()
                    .map(cluster -> threads.submit(() -> {
                        try (var each = daemon.caller()) {
                            return ask(each, "by-password", cluster);
                        }
                    }))
                    .toList();
            for (Future<Answer> answer : answers) {
                assertThat(answer.get(20, TimeUnit.SECONDS).status()).isEqualTo(200);
            }
            assertThat(clusters).allMatch(cluster -> cluster.issuedTokens() == 1);
            assertThat(cloud.emulator().peakInFlightOfASession()).isEqualTo(1);
        }
    }

    @Test
    void passcodeService_thatIsThrottled_isAskedAgainWhenItSays() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            caller.get("/v1/accounts/by-password/token");
            cloud.emulator()
                    .misbehave(Fault.of(Misbehaviour.THROTTLE_429_SECONDS)
                            .path(PASSCODE)
                            .retryAfter(Duration.ofSeconds(30)));
            assertThat(ask(caller, "by-password", ofPassword).status()).isEqualTo(503);
            assertThat(caller.get("/v1/accounts/by-password/token").status()).isEqualTo(200);
            assertThat(passcodes()).isEqualTo(1);
            cloud.emulator().behave();
            daemon.advance(Duration.ofSeconds(35));
            assertThat(ask(caller, "by-password", ofPassword).status()).isEqualTo(200);
        }
    }

    /** Who asks for a cluster that nobody has seen gets that cluster's token all the same, and costs one look a minute. */
    @Test
    void clusterThatNobodyHasSeen_isLookedForOnce() throws Exception {
        try (var daemon = start();
                var caller = daemon.caller()) {
            caller.get("/v1/accounts/by-password/token");
            assertThat(ask(caller, "by-password", ofPassword).text("access_token"))
                    .startsWith(SHA);
            long listings = listings();
            String unknown = "/v1/accounts/by-password/token?kind=kube&cluster=made-up";
            for (int i = 0; i < 5; i++) {
                assertThat(caller.get(unknown + i).text("access_token")).startsWith("ey");
            }
            assertThat(listings()).isEqualTo(listings);
            daemon.advance(Duration.ofSeconds(61));
            cloud.emulator().misbehave(Fault.of(Misbehaviour.ERROR_503).path("/global/"));
            assertThat(caller.get(unknown).text("access_token")).startsWith("ey");
            assertThat(listings()).isGreaterThan(listings);
        }
    }

    private long listings() {
        return cloud.emulator().requests().stream()
                .filter(request -> request.path().endsWith("getClusters"))
                .count();
    }
}
