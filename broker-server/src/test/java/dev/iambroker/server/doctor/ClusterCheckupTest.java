package dev.iambroker.server.doctor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.iambroker.emulator.http.Delivery;
import dev.iambroker.emulator.http.HttpListener;
import dev.iambroker.emulator.http.HttpRequest;
import dev.iambroker.emulator.http.HttpResponse;
import dev.iambroker.emulator.http.Reply;
import dev.iambroker.emulator.tls.CertificateAuthority;
import dev.iambroker.emulator.tls.ServerName;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ClusterCheckupTest {
    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String ACCOUNT = "e0000000000000000000000000000001";
    private static final String OTHER = "e0000000000000000000000000000002";
    /** More than a busy machine takes for an answer from memory. */
    private static final Duration PATIENCE = Duration.ofSeconds(3);

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final CertificateAuthority AUTHORITY = new CertificateAuthority("cluster", RANDOM);

    private final List<HttpListener> listeners = new ArrayList<>();
    private final Map<String, HttpResponse> answers = new HashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();

    @BeforeEach
    void healthy() {
        answer("GET /version", 200, "{\"gitVersion\":\"v1.31.4+IKS\"}");
        answer(
                "POST /apis/authentication.k8s.io/v1/selfsubjectreviews",
                201,
                "{\"status\":{\"userInfo\":{\"username\":\"IAM#a@b\",\"groups\":[\"g1\",\"g2\"]}}}");
        answer("GET /api/v1/namespaces/default/pods", 200, "{}");
    }

    @AfterEach
    void stop() {
        listeners.forEach(HttpListener::close);
    }

    private void answer(String request, int status, String json) {
        answers.put(request, HttpResponse.text(status, "application/json", json));
    }

    private String serve(CertificateAuthority authority, ServerName name, Instant itsTime) {
        var listener = new HttpListener("api", 0, authority.sockets(name), this::handle, () -> itsTime);
        listener.start();
        listeners.add(listener);
        return "https://127.0.0.1:" + listener.port();
    }

    private Reply handle(HttpRequest request) {
        asked.add(request.method() + " " + request.path() + " " + request.header("Authorization"));
        var answer = answers.get(request.method() + " " + request.path());
        return Reply.whole(answer == null ? HttpResponse.text(404, "application/json", "{}") : answer);
    }

    private String healthyServer() {
        return serve(AUTHORITY, ServerName.LOOPBACK, NOW);
    }

    private static String token(String claims) {
        var encoder = Base64.getUrlEncoder().withoutPadding();
        return encoder.encodeToString("{\"alg\":\"RS256\"}".getBytes(StandardCharsets.UTF_8))
                + "."
                + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".c2ln";
    }

    private static String tokenOf(String account, String audience, Instant end) {
        return token("{\"iss\":\"https://iam.example/identity\",\"aud\":\"%s\",\"exp\":%d,\"realmed_sub_%s\":\"a@b\"}"
                .formatted(audience, end.getEpochSecond(), account));
    }

    private static String goodToken() {
        return tokenOf(ACCOUNT, "kube", NOW.plusSeconds(3000));
    }

    private static List<Finding> checkup(String server, @Nullable String pem, String token)
            throws InterruptedException {
        var access = new ClusterAccess("prod", ACCOUNT, "c1", URI.create(server), pem, token, "default");
        return new ClusterCheckup(access, () -> NOW, PATIENCE).run();
    }

    private static Finding last(List<Finding> findings) {
        return findings.getLast();
    }

    @Test
    void everythingInOrder_eachStepSaysWhatItSaw() throws Exception {
        var findings = checkup(healthyServer(), AUTHORITY.pem(), goodToken());

        assertThat(findings)
                .extracting(Finding::step)
                .containsExactly(Step.CLAIMS, Step.DNS, Step.TLS, Step.CLOCK, Step.VERSION, Step.IDENTITY, Step.RBAC);
        assertThat(findings).noneMatch(Finding::isBroken).allMatch(finding -> finding.advice() == null);
        assertThat(findings).extracting(Finding::detail).contains("v1.31.4+IKS", "IAM#a@b, in g1, g2");
        assertThat(findings.toString()).doesNotContain(goodToken());
    }

    @ParameterizedTest
    @CsvSource({
        "http://c1.example:30422, without TLS",
        "HTTP://c1.example:30422, without TLS",
        "c1.example:30422, without TLS",
        "'', without TLS",
        "https:///path, without a host",
        "https://c_1.example, without a host",
        "https://, no URL at all",
        "'https://c1 .example', no URL at all",
        "https://a:canary@c1.example, with user information"
    })
    void addressThatNoTokenMayGoTo_isRefusedInOneLine(String server, String what) {
        assertThatThrownBy(() -> ClusterAccess.address(server))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(what)
                .hasMessageEndingWith(": expected https://HOST[:PORT]")
                .hasMessageNotContaining("canary");
        assertThat(ClusterAccess.address("https://c1.example:30422")).hasHost("c1.example");
    }

    /** Whoever builds one without looking at the address first. */
    @Test
    void accessWithoutTls_cannotBeMade() {
        assertThatThrownBy(() -> checkup("http://127.0.0.1:1", AUTHORITY.pem(), goodToken()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void tokenOfAnotherAccount_isNamedBeforeItIsSentAnywhere() throws Exception {
        var findings = checkup(healthyServer(), AUTHORITY.pem(), tokenOf(OTHER, "kube", NOW.plusSeconds(60)));

        assertThat(last(findings).isBroken()).isTrue();
        assertThat(last(findings).detail()).contains(OTHER).contains(ACCOUNT);
        assertThat(asked).isEmpty();
    }

    @Test
    void tokenForAnotherAudience_orEnded_isBrokenAtItsClaims() throws Exception {
        var server = healthyServer();
        assertThat(last(checkup(server, AUTHORITY.pem(), tokenOf(ACCOUNT, "bx", NOW.plusSeconds(60))))
                        .detail())
                .contains("[bx]");
        assertThat(last(checkup(server, AUTHORITY.pem(), tokenOf(ACCOUNT, "kube", NOW)))
                        .detail())
                .contains("ended at 2026-03-01T12:00:00Z");
        assertThat(asked).isEmpty();
    }

    @Test
    void opaqueToken_isNotJudgedByClaims() throws Exception {
        var findings = checkup(healthyServer(), AUTHORITY.pem(), "sha256~opaque");

        assertThat(findings.getFirst().outcome()).isEqualTo(Finding.Outcome.SKIPPED);
        assertThat(last(findings).step()).isEqualTo(Step.RBAC);
    }

    @Test
    void hostWithoutAddress_isBrokenAtDns() throws Exception {
        var broken = last(checkup("https://c1.invalid:1", AUTHORITY.pem(), goodToken()));

        assertThat(broken.step()).isEqualTo(Step.DNS);
        assertThat(broken.advice()).contains("iam-broker clusters prod");
    }

    @Test
    void nobodyListens_isBrokenAtTls() throws Exception {
        int port;
        try (var free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        var broken = last(checkup("https://127.0.0.1:" + port, AUTHORITY.pem(), goodToken()));

        assertThat(broken.step()).isEqualTo(Step.TLS);
        assertThat(broken.detail()).contains("127.0.0.1:" + port).contains("refused");
    }

    @Test
    void certificateOfAnotherAuthority_getsNoToken() throws Exception {
        var stranger = new CertificateAuthority("stranger", RANDOM);
        var broken = last(checkup(serve(stranger, ServerName.LOOPBACK, NOW), AUTHORITY.pem(), goodToken()));

        assertThat(broken.step()).isEqualTo(Step.TLS);
        assertThat(broken.detail()).contains("not by the cluster's authority");
        assertThat(broken.advice()).contains("iam-broker kubeconfig prod c1");
        assertThat(asked).isEmpty();
    }

    @Test
    void certificateOfNoPublicAuthority_whereNoneIsGiven_getsNoToken() throws Exception {
        var broken = last(checkup(healthyServer(), null, goodToken()));

        assertThat(broken.detail()).contains("authorities that this machine trusts");
        assertThat(asked).isEmpty();
    }

    @Test
    void certificateOfAnotherNameOrTime_saysWhich() throws Exception {
        assertThat(last(checkup(serve(AUTHORITY, ServerName.ELSEWHERE, NOW), AUTHORITY.pem(), goodToken()))
                        .detail())
                .contains("for another name");
        assertThat(last(checkup(serve(AUTHORITY, ServerName.EXPIRED, NOW), AUTHORITY.pem(), goodToken()))
                        .detail())
                .contains("not valid today");
        assertThat(asked).isEmpty();
    }

    @Test
    void authorityThatIsNone_isBrokenAtTls() throws Exception {
        assertThat(last(checkup(healthyServer(), "no PEM", goodToken())).detail())
                .contains("certificate authority of the cluster cannot be read");
    }

    @Test
    void clockThatIsOff_isSaidAndBreaksNothing() throws Exception {
        var findings =
                checkup(serve(AUTHORITY, ServerName.LOOPBACK, NOW.plusSeconds(300)), AUTHORITY.pem(), goodToken());

        assertThat(findings)
                .filteredOn(finding -> finding.step() == Step.CLOCK)
                .singleElement()
                .satisfies(clock -> {
                    assertThat(clock.detail()).isEqualTo("300 s behind the API server's");
                    assertThat(clock.advice()).contains("set this machine's clock");
                });
        assertThat(last(findings).step()).isEqualTo(Step.RBAC);
    }

    @Test
    void tokenThatIsNotAccepted_isBrokenAtVersion() throws Exception {
        answer("GET /version", 401, "{\"message\":\"Unauthorized\"}");
        var broken = last(checkup(healthyServer(), AUTHORITY.pem(), goodToken()));

        assertThat(broken.step()).isEqualTo(Step.VERSION);
        assertThat(broken.advice()).contains("iam-broker purge prod");
    }

    @Test
    void olderApiServer_isAskedInItsOwnVersion() throws Exception {
        var review = answers.remove("POST /apis/authentication.k8s.io/v1/selfsubjectreviews");
        var server = healthyServer();
        assertThat(checkup(server, AUTHORITY.pem(), goodToken()))
                .extracting(Finding::detail)
                .contains("the API server is too old to say");

        answers.put("POST /apis/authentication.k8s.io/v1beta1/selfsubjectreviews", review);
        assertThat(checkup(server, AUTHORITY.pem(), goodToken()))
                .extracting(Finding::detail)
                .contains("IAM#a@b, in g1, g2");
    }

    @Test
    void roleThatIsMissing_isExplained() throws Exception {
        answer("GET /api/v1/namespaces/default/pods", 403, "{\"message\":\"User \\\"IAM#a@b\\\" cannot list\"}");
        var broken = last(checkup(healthyServer(), AUTHORITY.pem(), goodToken()));

        assertThat(broken.step()).isEqualTo(Step.RBAC);
        assertThat(broken.detail()).contains("IAM#a@b").contains("namespace default");
        assertThat(broken.advice()).contains("service access role").contains("iam-broker kubeconfig prod c1");
    }

    @Test
    @Timeout(60)
    void serverThatHangs_isGivenUpOn() throws Exception {
        assertGivenUpOn(Reply.whole(HttpResponse.empty(200)).after(Duration.ofMinutes(5)));
    }

    /** As a proxy does that lost the connection behind it: the head is there, and half of the body. */
    @Test
    @Timeout(60)
    void bodyThatStalls_isGivenUpOn() throws Exception {
        var version = HttpResponse.text(200, "application/json", "{\"gitVersion\":\"v1.31.4+IKS\"}");
        assertGivenUpOn(Reply.of(version, Delivery.STALL_BODY, Duration.ZERO));
    }

    private void assertGivenUpOn(Reply reply) throws Exception {
        var listener = new HttpListener("slow", 0, AUTHORITY.sockets(ServerName.LOOPBACK), request -> reply, () -> NOW);
        listener.start();
        listeners.add(listener);
        var broken = last(checkup("https://127.0.0.1:" + listener.port(), AUTHORITY.pem(), goodToken()));

        assertThat(broken.step()).isEqualTo(Step.VERSION);
        assertThat(broken.isBroken()).isTrue();
        assertThat(broken.detail()).contains("timed out");
    }
}
