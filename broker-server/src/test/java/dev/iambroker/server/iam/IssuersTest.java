package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Cloud;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an IAM that is not where the pages say tells of its issuer, and what comes of one that does not. */
final class IssuersTest {
    private static final String ISSUER = "https://iam.example/identity";
    private static final String DOCUMENT =
            "{\"issuer\":\"" + ISSUER + "\",\"token_endpoint\":\"https://shard.example/identity/token\"}";

    @Test
    void document_isReadOnceAnHour() {
        try (RawServer server = new RawServer().thenAnswer(200, DOCUMENT).thenAnswer(200, DOCUMENT);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(known(wire, ISSUER)).containsExactly(ISSUER);
            wire.nanos.addAndGet(Duration.ofMinutes(59).toNanos());
            assertThat(known(wire, ISSUER)).containsExactly(ISSUER);
            assertThat(server.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request)
                            .startsWith("GET /identity/.well-known/openid-configuration HTTP/1.1")
                            .doesNotContainIgnoringCase("authorization"));

            wire.nanos.addAndGet(Duration.ofMinutes(2).toNanos());
            assertThat(known(wire, ISSUER)).containsExactly(ISSUER);
            assertThat(server.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[]", "{}", "{\"issuer\":7}", "{\"issuer\":\"\"}", ""})
    void documentThatSaysNothing_leavesThemUnknownForMinutes(String body) {
        try (RawServer server = new RawServer().thenAnswer(200, body).thenAnswer(200, DOCUMENT);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(known(wire, ISSUER)).isEmpty();
            assertThat(known(wire, ISSUER)).isEmpty();
            assertThat(server.requests()).hasSize(1);

            wire.nanos.addAndGet(Duration.ofMinutes(6).toNanos());
            assertThat(known(wire, ISSUER)).containsExactly(ISSUER);
        }
    }

    /** It goes into log lines, status and doctor. */
    @ParameterizedTest
    @MethodSource("dev.iambroker.server.iam.IssuersTest#noUrls")
    void documentWhoseIssuerIsNoUrl_leavesThemUnknown(String issuer) {
        try (RawServer server = new RawServer().thenAnswer(200, "{\"issuer\":\"" + issuer + "\"}");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(known(wire, ISSUER)).isEmpty();
        }
    }

    static List<String> noUrls() {
        return List.of(
                "iam",
                "ftp://iam.example/",
                "https://iam.example/ or another",
                "https://iam.example/\\u001b[2J",
                "https://iam.example/\\n",
                "https://iam.example/\\u202e",
                "https://" + "x".repeat(193));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 404, 500, 503})
    void errorInItsPlace_leavesThemUnknown(int status) {
        try (RawServer server = new RawServer().thenAnswer(status, DOCUMENT, "Location: /elsewhere");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(known(wire, ISSUER)).isEmpty();
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void serverThatHangs_leavesThemUnknownWithinSeconds() throws InterruptedException {
        try (RawServer server = new RawServer().thenStall("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
                Wire wire = Wire.to(server.uri(), Duration.ofMillis(200))) {
            assertThat(known(wire, ISSUER)).isEmpty();
            server.awaitClosedByPeer();
        }
    }

    /** A service that was put in another's place within the hour, say. */
    @Test
    void tokenThatContradictsTheDocument_hasItReadOnceMore_atMostOnceAMinute() {
        String other = DOCUMENT.replace("iam.example", "new.example");
        try (RawServer server = new RawServer()
                        .thenAnswer(200, DOCUMENT)
                        .thenAnswer(200, DOCUMENT)
                        .thenAnswer(503, "")
                        .thenAnswer(200, other);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            String named = "https://new.example/identity";
            assertThat(known(wire, named)).containsExactly(ISSUER);
            assertThat(known(wire, named)).containsExactly(ISSUER);
            assertThat(server.requests()).hasSize(1);
            for (int read = 2; read <= 3; read++) {
                wire.nanos.addAndGet(Duration.ofSeconds(61).toNanos());
                assertThat(known(wire, named)).containsExactly(ISSUER);
                assertThat(known(wire, named)).containsExactly(ISSUER);
                assertThat(server.requests()).hasSize(read);
            }
            wire.nanos.addAndGet(Duration.ofSeconds(61).toNanos());
            assertThat(known(wire, named)).containsExactly(named);
        }
    }

    /** Accounts of one IAM do not stand in a line behind a document that hangs. */
    @Test
    void documentThatHangs_keepsNobodyWaitingWhereAnAnswerIsKnown() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch looked = new CountDownLatch(1);
        try (RawServer server = new RawServer().thenAnswer(200, DOCUMENT).then(socket -> {
                    asked.countDown();
                    looked.await();
                });
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(known(wire, ISSUER)).containsExactly(ISSUER);
            wire.nanos.addAndGet(Duration.ofHours(2).toNanos());
            Thread first = Thread.ofVirtual().start(() -> known(wire, ISSUER));
            assertThat(asked.await(20, TimeUnit.SECONDS)).isTrue();

            assertThat(known(wire, ISSUER)).containsExactly(ISSUER);
            assertThat(first.isAlive()).isTrue();
            looked.countDown();
            first.join();
        }
    }

    @Test
    void document_isNamed() {
        try (RawServer server = new RawServer().thenAnswer(200, DOCUMENT);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(wire.iam.issuers(wire.account, ISSUER).document())
                    .isEqualTo(server.uri()
                            .resolve("/identity/.well-known/openid-configuration")
                            .toString());
        }
    }

    private static Set<String> known(Wire wire, String named) {
        return wire.iam.issuers(wire.account, named).names();
    }

    @Test
    void deadline_isShorterThanThatOfGrants() {
        HttpSettings settings = new HttpSettings("a", Runnable::run, null, Wire.PATIENT, Duration.ofSeconds(15));
        assertThat(settings.within(Duration.ofSeconds(3)).deadline()).isEqualTo(Duration.ofSeconds(3));
        assertThat(settings.within(Duration.ofSeconds(30)).deadline()).isEqualTo(Duration.ofSeconds(15));
    }

    /** Nothing is asked where the pages say it. */
    @Test
    void iamInItsPlace_isThatOfTheGeneration() {
        try (Wire wire =
                Wire.to(new Endpoints(Cloud.BLUEMIX_2019, null, URI.create("http://127.0.0.1:1"), null, null, null))) {
            assertThat(known(wire, ISSUER))
                    .isEqualTo(Set.of("https://iam.bluemix.net/identity", "https://iam.cloud.ibm.com/identity"));
        }
    }

    @Test
    void generationWithoutKubeTokens_asksNothing() {
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2017, false)) {
            assertThat(known(wire, ISSUER)).isEmpty();
            assertThat(server.requests()).isEmpty();
        }
    }
}
