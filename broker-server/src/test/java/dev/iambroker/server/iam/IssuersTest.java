package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.account.Cloud;
import java.net.URI;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
            assertThat(wire.iam.issuers(wire.account)).containsExactly(ISSUER);
            wire.nanos.addAndGet(Duration.ofMinutes(59).toNanos());
            assertThat(wire.iam.issuers(wire.account)).containsExactly(ISSUER);
            assertThat(server.requests())
                    .singleElement()
                    .satisfies(request -> assertThat(request)
                            .startsWith("GET /identity/.well-known/openid-configuration HTTP/1.1")
                            .doesNotContainIgnoringCase("authorization"));

            wire.nanos.addAndGet(Duration.ofMinutes(2).toNanos());
            assertThat(wire.iam.issuers(wire.account)).containsExactly(ISSUER);
            assertThat(server.requests()).hasSize(2);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>", "[]", "{}", "{\"issuer\":7}", "{\"issuer\":\"\"}", ""})
    void documentThatSaysNothing_leavesThemUnknownForMinutes(String body) {
        try (RawServer server = new RawServer().thenAnswer(200, body).thenAnswer(200, DOCUMENT);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(wire.iam.issuers(wire.account)).isEmpty();
            assertThat(wire.iam.issuers(wire.account)).isEmpty();
            assertThat(server.requests()).hasSize(1);

            wire.nanos.addAndGet(Duration.ofMinutes(6).toNanos());
            assertThat(wire.iam.issuers(wire.account)).containsExactly(ISSUER);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 404, 500, 503})
    void errorInItsPlace_leavesThemUnknown(int status) {
        try (RawServer server = new RawServer().thenAnswer(status, DOCUMENT, "Location: /elsewhere");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(wire.iam.issuers(wire.account)).isEmpty();
            assertThat(server.requests()).hasSize(1);
        }
    }

    @Test
    void serverThatHangs_leavesThemUnknownWithinSeconds() throws InterruptedException {
        try (RawServer server = new RawServer().thenStall("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{");
                Wire wire = Wire.to(server.uri(), Duration.ofMillis(200))) {
            assertThat(wire.iam.issuers(wire.account)).isEmpty();
            server.awaitClosedByPeer();
        }
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
            assertThat(wire.iam.issuers(wire.account))
                    .isEqualTo(Set.of("https://iam.bluemix.net/identity", "https://iam.cloud.ibm.com/identity"));
        }
    }

    @Test
    void generationWithoutKubeTokens_asksNothing() {
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2017, false)) {
            assertThat(wire.iam.issuers(wire.account)).isEmpty();
            assertThat(server.requests()).isEmpty();
        }
    }
}
