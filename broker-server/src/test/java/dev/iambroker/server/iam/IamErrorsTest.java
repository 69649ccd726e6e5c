package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.account.Cloud;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.secret.Secret;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IamErrorsTest {
    private static final String KEY = "canary-k3y/with+signs";
    private static final Grant GRANT = new Grant.ApiKey(Secret.of(KEY), null, false);

    @ParameterizedTest
    @CsvSource({
        "400, BXNIM0415E", "400, BXNIM0408E", "400, BXNIM0407E", "400, BXNIM0439E", "401, BXNIM0400E",
        "400, BXNIM0602E", "401, BXNIM0602E", "400, BXNIM0462E", "400, BXNIM0410E", "200, BXNIM0407E"
    })
    void request_codeOfADeadCredential_reauthenticates(int status, String code) {
        IamFailure failure = refused(status, error(code, "words of IAM"));

        assertThat(failure).isInstanceOf(IamFailure.Reauthenticate.class);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure.iamCode()).isEqualTo(code);
        assertThat(failure).hasMessageContaining(code + ": words of IAM");
    }

    @ParameterizedTest
    @CsvSource({"401, BXNIM0308E", "400, BXNIM0106E", "400, BXNIM0109E", "400, invalid_client"})
    void request_codeOfAWrongRequest_givesUp(int status, String code) {
        IamFailure failure = refused(status, error(code, "words of IAM"));

        assertThat(failure).isInstanceOf(IamFailure.GiveUp.class);
        assertThat(failure.iamCode()).isEqualTo(code);
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 200})
    void request_unknownCodeThatRefusesTheCredential_reauthenticates(int status) {
        assertThat(refused(status, error("BXNIM0999E", "new"))).isInstanceOf(IamFailure.Reauthenticate.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {404, 405, 409, 422})
    void request_unknownCodeOfAnotherRefusal_givesUp(int status) {
        assertThat(refused(status, error("BXNIM0999E", "new"))).isInstanceOf(IamFailure.GiveUp.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 520, 599})
    void request_statusThatSaysNotNow_retriesWhateverTheCode(int status) {
        IamFailure failure = refused(status, error("BXNIM0415E", "busy"));

        assertThat(failure).isInstanceOf(IamFailure.Retry.class);
        assertThat(failure.iamCode()).isEqualTo("BXNIM0415E");
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 401, 403, 404, 407, 502})
    void request_errorInHtml_retriesAsItIsNotIamThatSpoke(int status) {
        IamFailure failure = refused(status, "<html><h1>" + KEY + "</h1></html>");

        assertThat(failure).isInstanceOf(IamFailure.Retry.class);
        assertThat(failure.status()).isEqualTo(status);
        assertThat(failure).hasMessageNotContaining("html").hasMessageContaining(String.valueOf(status));
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void request_redirect_isNotFollowed(int status) {
        try (RawServer server = new RawServer();
                RawServer elsewhere = new RawServer();
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            server.thenAnswer(status, "", "Location: " + elsewhere.uri() + "/identity/token");

            IamFailure failure = failureOf(wire);

            assertThat(failure).isInstanceOf(IamFailure.Retry.class).hasMessageContaining("redirect");
            assertThat(elsewhere.requests()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "0, 1",
        "1, 1",
        "7, 7",
        "600, 600",
        "86400, 600",
        "999999999, 600",
        "'Thu, 01 Jan 2026 00:00:30 GMT', 30",
        "'Wed, 31 Dec 2025 23:00:00 GMT', 1",
        "'Fri, 02 Jan 2026 00:00:00 GMT', 600"
    })
    void request_retryAfter_isReadInBothFormsAndClamped(String value, long seconds) {
        assertThat(retryAfter("Retry-After: " + value)).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void request_retryAfterAsDate_countsFromTheAnswersOwnDate() {
        Duration asked =
                retryAfter("Date: Thu, 01 Jan 2026 05:00:00 GMT", "Retry-After: Thu, 01 Jan 2026 05:00:20 GMT");

        assertThat(asked).isEqualTo(Duration.ofSeconds(20));
    }

    @ParameterizedTest
    @ValueSource(strings = {"X-Other: 1", "Retry-After: soon", "Retry-After: -5", "Retry-After: 99999999999999999999"})
    void request_noReadableRetryAfter_asksForNothing(String header) {
        try (RawServer server = new RawServer().thenAnswer(429, "", header);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            IamFailure.Retry retry = (IamFailure.Retry) failureOf(wire);

            assertThat(retry.retryAfter()).isNull();
        }
    }

    @Test
    void request_detailsAndMessage_prefersDetails() {
        IamFailure failure = refused(400, """
                {"errorCode":"BXNIM0415E","errorMessage":"short","errorDetails":"long","context":{"clientIp":"203.0.113.9"}}""");

        assertThat(failure).hasMessageContaining("long").hasMessageNotContaining("short");
        assertThat(failure).hasMessageNotContaining("203.0.113.9");
    }

    @Test
    void request_iamEchoesTheSecret_messageDoesNot() {
        IamFailure failure = refused(
                400,
                error(
                        "BXNIM0415E",
                        "key " + KEY + " or canary-k3y%2Fwith%2Bsigns or eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.c2ln"));

        assertThat(failure).hasMessageEndingWith("key [removed] or [removed] or [removed]");
    }

    @Test
    void request_iamEchoesTheSecretAsCode_codeIsNone() {
        IamFailure failure = refused(400, error(KEY, "words"));

        assertThat(failure.iamCode()).isNull();
        assertThat(failure).hasMessageNotContaining(KEY);
    }

    @Test
    void request_controlCharactersAndLength_areTamed() {
        IamFailure failure = refused(400, error("BXNIM0415E", "a\\r\\nb\\u001b[31mc\\u202e" + "x".repeat(5000)));

        assertThat(failure).hasMessageContaining("BXNIM0415E: a b [31mc x");
        assertThat(failure.getMessage()).hasSizeLessThan(400).endsWith("…");
    }

    @Test
    void request_unauthorizedWithoutChallenge_isAnAnswerLikeAnyOther() {
        assertThat(refused(401, error("BXNIM0400E", "locked")).status()).isEqualTo(401);
    }

    @Test
    void request_otherShapesOfErrors_areUnderstood() {
        IamFailure oauth = refused(400, """
                {"error":"invalid_grant","error_description":"spent"}""");
        IamFailure management = refused(400, """
                {"trace":"t","errors":[{"code":"BXNIM0109E","message":"missing"}],"status_code":400}""");

        assertThat(oauth).isInstanceOf(IamFailure.Reauthenticate.class).hasMessageContaining("spent");
        assertThat(management).isInstanceOf(IamFailure.GiveUp.class).hasMessageContaining("missing");
    }

    private static Duration retryAfter(String... headers) {
        try (RawServer server = new RawServer().thenAnswer(429, "", headers);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            IamFailure.Retry retry = (IamFailure.Retry) failureOf(wire);
            assertThat(wire.heard).containsExactly("apikey 429");
            assertThat(retry.retryAfter()).isNotNull();
            return retry.retryAfter();
        }
    }

    private static IamFailure refused(int status, String body) {
        try (RawServer server = new RawServer().thenAnswer(status, body, "Content-Type: application/json");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            IamFailure failure = failureOf(wire);
            assertThat(failure).hasNoCause().hasMessageNotContaining(KEY);
            return failure;
        }
    }

    private static IamFailure failureOf(Wire wire) {
        return catchThrowableOfType(IamFailure.class, () -> wire.iam.request(wire.account, GRANT));
    }

    private static String error(String code, String details) {
        return "{\"errorCode\":\"" + code + "\",\"errorMessage\":\"m\",\"errorDetails\":\"" + details + "\"}";
    }
}
