package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

/** What the API server lets in, and what it says. */
final class KubeApiTest {
    private final ManualClock clock = new ManualClock();
    private final EmulatedCloud cloud =
            EmulatedCloud.sample(Emulator.builder().keys(Keys.SHARED).clock(clock));
    private final Emulator emulator = cloud.emulator();

    @AfterEach
    void close() {
        cloud.close();
    }

    static HttpClient trusting(String pem) throws Exception {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry(
                "ca",
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))));
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trust);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return HttpClient.newBuilder()
                .sslContext(context)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    private HttpResponse<String> version(EmulatedCluster cluster, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(cluster.url() + "/version")).timeout(Caller.PATIENCE);
        try (HttpClient http = trusting(cluster.caPem())) {
            return http.send(
                    (headers.length == 0 ? request : request.headers(headers)).build(), BodyHandlers.ofString());
        }
    }

    private int status(String token) throws Exception {
        return version(cloud.prodVpc(), "Authorization", "Bearer " + token).statusCode();
    }

    private ObjectNode goodClaims() {
        return Caller.claims(emulator.issueIdToken(cloud.user(), cloud.prod()));
    }

    @Test
    void goodToken_isLetIn() throws Exception {
        HttpResponse<String> answer = version(
                cloud.prodVpc(), "Authorization", "bearer " + emulator.issueIdToken(cloud.user(), cloud.prod()));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"gitVersion\":\"v1.31.4+IKS\"", "\"minor\":\"31\"");
        assertThat(emulator.requests())
                .last()
                .satisfies(request -> assertThat(request.listener())
                        .isEqualTo("kube:" + cloud.prodVpc().id()));
    }

    @Test
    void noToken_isRefusedWithAStatusObject() throws Exception {
        HttpResponse<String> answer = version(cloud.prodVpc());

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(answer.body()).contains("\"kind\":\"Status\"", "\"reason\":\"Unauthorized\"", "\"code\":401");
    }

    @Test
    void tokenOfAnotherAccount_isRefused() throws Exception {
        assertThat(status(emulator.issueIdToken(cloud.user(), cloud.dev()))).isEqualTo(401);
    }

    @Test
    void accessToken_isRefused() throws Exception {
        assertThat(status(emulator.issueAccessToken(cloud.user(), cloud.prod())))
                .isEqualTo(401);
    }

    @Test
    void expiredToken_isRefused() throws Exception {
        String token = emulator.issueIdToken(cloud.user(), cloud.prod());
        clock.advance(Duration.ofMinutes(59));
        assertThat(status(token)).isEqualTo(200);
        clock.advance(Duration.ofMinutes(1));

        assertThat(status(token)).isEqualTo(401);
    }

    @Test
    void eachClaim_isLookedAt() throws Exception {
        assertThat(status(emulator.sign(goodClaims()))).isEqualTo(200);
        ObjectNode listed = goodClaims();
        listed.putArray("aud").add("other").add("kube");
        assertThat(status(emulator.sign(listed))).isEqualTo(200);
        assertThat(status(emulator.sign(goodClaims().put("aud", "bx")))).isEqualTo(401);
        assertThat(status(emulator.sign(goodClaims().put("iss", "https://elsewhere.example"))))
                .isEqualTo(401);
        assertThat(status(emulator.sign(goodClaims().put("nbf", clock.instant().getEpochSecond() + 60))))
                .isEqualTo(401);
        ObjectNode nameless = goodClaims();
        nameless.remove("realmed_sub_" + cloud.prod().id());
        assertThat(status(emulator.sign(nameless))).isEqualTo(401);
    }

    @Test
    void forgedSignature_isRefused() throws Exception {
        String token = emulator.issueIdToken(cloud.user(), cloud.prod());
        String other = emulator.sign(goodClaims().put("exp", 4_000_000_000L));
        String[] parts = token.split("\\.");

        assertThat(status(parts[0] + "." + other.split("\\.")[1] + "." + parts[2]))
                .isEqualTo(401);
        assertThat(status(parts[0] + "." + parts[1] + ".")).isEqualTo(401);
        assertThat(status("e30." + parts[1] + "." + parts[2])).isEqualTo(401);
    }

    @Test
    void authority_isEachClustersOwn() {
        assertThat(cloud.prodVpc().caPem()).isNotEqualTo(cloud.prodClassic().caPem());
    }
}
