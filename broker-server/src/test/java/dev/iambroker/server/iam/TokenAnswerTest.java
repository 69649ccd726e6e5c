package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.iambroker.account.Cloud;
import dev.iambroker.iam.Grant;
import dev.iambroker.iam.IamAnswer;
import dev.iambroker.iam.IamFailure;
import dev.iambroker.iam.IssuedToken;
import dev.iambroker.secret.Secret;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TokenAnswerTest {
    private static final long NOW = Wire.NOW.getEpochSecond();
    private static final Grant ACCESS = new Grant.ApiKey(Secret.of("key"), null, true);
    private static final Grant KUBE = new Grant.KubeApiKey(Secret.of("key"));
    private static final Grant MINT = new Grant.DelegatedRefresh(Secret.of("refresh"));

    @Test
    void request_wholeAnswer_isReadWhole() {
        String uaa = jwt("{\"iat\":" + NOW + ",\"exp\":" + (NOW + 500) + "}");
        IamAnswer answer = answered(ACCESS, """
                {"access_token":"opaque","refresh_token":"r","uaa_token":"%s","uaa_refresh_token":"u","ims_user_id":7,
                "token_type":"Bearer","expires_in":3600,"expiration":%d,"refresh_token_expiration":%d,
                "scope":"ibm openid","session_id":"s","new":{"nested":[]}}""".formatted(uaa, NOW + 3600, NOW + 86400));

        assertThat(answer.requestedAt()).isEqualTo(Wire.NOW);
        assertThat(answer.scope()).isEqualTo("ibm openid");
        assertThat(answer.refreshTokenExpiresAt()).isEqualTo(Wire.NOW.plusSeconds(86400));
        assertSecret(answer.refreshToken(), "r");
        assertThat(answer.delegatedRefreshToken()).isNull();
        assertThat(answer.id()).isNull();
        IssuedToken access = present(answer.access());
        assertSecret(access.value(), "opaque");
        assertThat(access.claims()).isNull();
        assertThat(access.life()).isEqualTo(Duration.ofHours(1));
        assertThat(access.expiresAt()).isEqualTo(Wire.NOW.plusSeconds(3600));
        assertThat(present(answer.uaa()).life()).isEqualTo(Duration.ofSeconds(500));
    }

    @Test
    void request_skewedClockAtIam_lifeIsFromClaimsAndEndByIamsClock() {
        long there = NOW + 7200;
        String token = jwt("{\"iat\":" + there + ",\"exp\":" + (there + 1200) + "}");

        IssuedToken access =
                present(answered(ACCESS, "{\"access_token\":\"" + token + "\",\"expires_in\":3600,\"expiration\":1}")
                        .access());

        assertThat(access.life()).isEqualTo(Duration.ofMinutes(20));
        assertThat(access.expiresAt()).isEqualTo(Instant.ofEpochSecond(there + 1200));
    }

    @Test
    void request_numbersAsText_areNumbers() {
        IssuedToken access = present(answered(
                        ACCESS,
                        "{\"access_token\":\"a\",\"expires_in\":\"1200\",\"expiration\":\"" + (NOW + 1190) + "\"}")
                .access());

        assertThat(access.life()).isEqualTo(Duration.ofMinutes(20));
        assertThat(access.expiresAt()).isEqualTo(Wire.NOW.plusSeconds(1190));
    }

    @Test
    void request_noExpiresIn_lifeIsFromTheClaims() {
        String token = jwt("{\"iat\":" + (NOW - 5) + ",\"exp\":" + (NOW + 895) + "}");

        IssuedToken access =
                present(answered(ACCESS, "{\"access_token\":\"" + token + "\"}").access());

        assertThat(access.life()).isEqualTo(Duration.ofMinutes(15));
    }

    @Test
    void request_noExpiresInAndNoJwt_lifeIsUntilExpiration() {
        IssuedToken access = present(
                answered(ACCESS, "{\"access_token\":\"a\",\"expires_in\":null,\"expiration\":" + (NOW + 60) + "}")
                        .access());

        assertThat(access.life()).isEqualTo(Duration.ofMinutes(1));
    }

    @Test
    void request_idToken_livesByItsOwnClaims() {
        String id = jwt("{\"iat\":" + NOW + ",\"exp\":" + (NOW + 1200) + "}");

        IssuedToken token =
                present(answered(KUBE, "{\"access_token\":\"a\",\"id_token\":\"" + id + "\",\"expires_in\":3600}")
                        .id());

        assertThat(token.life()).isEqualTo(Duration.ofMinutes(20));
        assertThat(token.expiresAt()).isEqualTo(Wire.NOW.plusSeconds(1200));
    }

    @Test
    void request_endBeyondAllMeasure_lifeCanStillBeReckonedWith() {
        String id = jwt("{\"iat\":" + NOW + ",\"exp\":253402300799}");

        IssuedToken token =
                present(answered(KUBE, "{\"id_token\":\"" + id + "\"}").id());

        assertThat(token.life()).isEqualTo(Duration.ofSeconds(Integer.MAX_VALUE));
    }

    @Test
    void request_mint_needsTheDelegatedTokenAlone() {
        assertSecret(answered(MINT, "{\"delegated_refresh_token\":\"d\"}").delegatedRefreshToken(), "d");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"not_supported\"", "\"\"", "null", "17"})
    void request_noUsableRefreshToken_isNone(String value) {
        IamAnswer answer =
                answered(ACCESS, "{\"access_token\":\"a\",\"expires_in\":60,\"refresh_token\":" + value + "}");

        assertThat(answer.refreshToken()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "  ", "<html>ok</html>", "[]", "\"text\"", "{\"access_token\":\"a\"", "null", "{} x"})
    void request_successThatIsNoJsonObject_retries(String body) {
        IamFailure failure = failed(ACCESS, body);

        assertThat(failure).isInstanceOf(IamFailure.Retry.class);
        assertThat(failure.status()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "{\"access_token\":\"\",\"expires_in\":60}",
                "{\"access_token\":5,\"expires_in\":60}",
                "{\"access_token\":\"a\"}",
                "{\"access_token\":\"a\",\"expires_in\":0}",
                "{\"access_token\":\"a\",\"expires_in\":-60}",
                "{\"access_token\":\"a\",\"expiration\":1e999}",
                "{\"access_token\":\"a\",\"expiration\":1e999999999}",
                "{\"access_token\":\"a\",\"expires_in\":99999999999999999999}"
            })
    void request_noUsableAccessToken_retries(String body) {
        assertThat(failed(ACCESS, body)).isInstanceOf(IamFailure.Retry.class).hasMessageContaining("access_token");
    }

    @Test
    void request_noIdTokenForKube_retries() {
        assertThat(failed(KUBE, "{\"access_token\":\"a\",\"expires_in\":60}"))
                .isInstanceOf(IamFailure.Retry.class)
                .hasMessageContaining("id_token");
    }

    @Test
    void request_noDelegatedTokenForMint_retries() {
        assertThat(failed(MINT, "{\"access_token\":\"a\",\"expires_in\":60}"))
                .isInstanceOf(IamFailure.Retry.class)
                .hasMessageContaining("delegated_refresh_token");
    }

    /** Seven seconds into 02:00 there, when it is 00:00 here. */
    private static final String TWO_HOURS_AHEAD = "Date: Thu, 01 Jan 2026 02:00:07 GMT";

    @Test
    void request_endByAnotherClockAlone_lifeIsCountedByThatClock() {
        String body = "{\"access_token\":\"a\",\"expiration\":" + (NOW + 7200 + 7 + 1200) + "}";
        try (RawServer server = new RawServer().thenAnswer(200, body, TWO_HOURS_AHEAD);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            IssuedToken access = present(wire.iam.request(wire.account, ACCESS).access());

            assertThat(access.life()).isBetween(Duration.ofSeconds(1199), Duration.ofSeconds(1200));
            assertThat(access.expiresAt()).isEqualTo(Instant.ofEpochSecond(NOW + 7200 + 7 + 1200));
        }
    }

    @Test
    void request_tokenThatOnlyEnds_lifeIsCountedByIamsClock() {
        String token = jwt("{\"exp\":" + (NOW + 7200 + 7 + 900) + "}");
        String body = "{\"access_token\":\"" + token + "\",\"expires_in\":3600}";
        try (RawServer server = new RawServer().thenAnswer(200, body, TWO_HOURS_AHEAD);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            IssuedToken access = present(wire.iam.request(wire.account, ACCESS).access());

            assertThat(access.life()).isBetween(Duration.ofSeconds(899), Duration.ofSeconds(900));
        }
    }

    @Test
    void request_anyAnswer_isAReadingOfIamsClock() {
        try (RawServer server = new RawServer().thenAnswer(503, "", TWO_HOURS_AHEAD);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            assertThat(catchThrowableOfType(IamFailure.class, () -> wire.iam.request(wire.account, ACCESS)))
                    .isInstanceOf(IamFailure.Retry.class);
            assertThat(wire.skew.median()).isBetween(Duration.ofSeconds(7207), Duration.ofSeconds(7208));
        }
        String token = jwt("{\"iat\":" + (NOW - 90) + ",\"exp\":" + (NOW + 3600) + "}");
        try (RawServer server = new RawServer().thenAnswer(200, "{\"access_token\":\"" + token + "\"}");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            wire.iam.request(wire.account, ACCESS);
            assertThat(wire.skew.median()).isBetween(Duration.ofSeconds(-90), Duration.ofSeconds(-89));
        }
    }

    @Test
    void request_answerThatTellsNoTime_isNoReading() {
        try (RawServer server = new RawServer()
                        .thenAnswer(200, "{\"access_token\":\"a\",\"expires_in\":60}", "Date: yesterday");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            wire.iam.request(wire.account, ACCESS);
            assertThat(wire.skew.median()).isZero();
        }
    }

    @Test
    void request_deepAnswer_retries() {
        String deep = "{\"a\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThat(failed(ACCESS, deep)).isInstanceOf(IamFailure.Retry.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"DelegatedRefresh", "DelegatedExchange", "KubeApiKey"})
    void request_kubeIn2017_isNotSent(String name) {
        Secret secret = Secret.of("s");
        Grant grant = switch (name) {
            case "DelegatedRefresh" -> new Grant.DelegatedRefresh(secret);
            case "DelegatedExchange" -> new Grant.DelegatedExchange(secret);
            default -> new Grant.KubeApiKey(secret);
        };
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2017, true)) {
            IamFailure failure = catchThrowableOfType(IamFailure.class, () -> wire.iam.request(wire.account, grant));

            assertThat(failure).isInstanceOf(IamFailure.GiveUp.class).hasMessageContaining("bluemix-2017");
            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void revoke_ibmCloud_sendsTheTokenAsRfc7009Says() {
        try (RawServer server = new RawServer().thenAnswer(200, "");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            wire.iam.revoke(wire.account, Secret.of("re/f"));

            assertThat(server.onlyRequest())
                    .startsWith("POST /identity/revoke HTTP/1.1\r\n")
                    .contains("\r\nAuthorization: Basic Yng6Yng=\r\n")
                    .endsWith("\r\n\r\ntoken=re%2Ff&token_type_hint=refresh_token");
            assertThat(wire.heard).containsExactly("revoke 200");
        }
    }

    @Test
    void revoke_bluemix_sendsNothingAsNoPageOffersIt() {
        try (RawServer server = new RawServer();
                Wire wire = Wire.to(server, Cloud.BLUEMIX_2019, true)) {
            wire.iam.revoke(wire.account, Secret.of("refresh"));

            assertThat(server.requests()).isEmpty();
        }
    }

    @Test
    void revoke_refused_saysSo() {
        try (RawServer server = new RawServer().thenAnswer(400, "{\"errorCode\":\"BXNIM0109E\"}");
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            IamFailure failure =
                    catchThrowableOfType(IamFailure.class, () -> wire.iam.revoke(wire.account, Secret.of("refresh")));

            assertThat(failure.iamCode()).isEqualTo("BXNIM0109E");
        }
    }

    private static IamAnswer answered(Grant grant, String body) {
        try (RawServer server = new RawServer().thenAnswer(200, body);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            return wire.iam.request(wire.account, grant);
        }
    }

    private static IamFailure failed(Grant grant, String body) {
        try (RawServer server = new RawServer().thenAnswer(200, body);
                Wire wire = Wire.to(server, Cloud.IBM_CLOUD, false)) {
            return catchThrowableOfType(IamFailure.class, () -> wire.iam.request(wire.account, grant));
        }
    }

    private static IssuedToken present(@Nullable IssuedToken token) {
        if (token == null) {
            throw new AssertionError("expected a token");
        }
        return token;
    }

    private static void assertSecret(@Nullable Secret secret, String clear) {
        assertThat(secret).isNotNull();
        assertThat(secret.matches(Secret.of(clear))).isTrue();
    }

    private static String jwt(String claims) {
        Base64.Encoder encoder = Base64.getUrlEncoder().withoutPadding();
        String header = encoder.encodeToString("{\"alg\":\"RS256\"}".getBytes(StandardCharsets.UTF_8));
        return header + "." + encoder.encodeToString(claims.getBytes(StandardCharsets.UTF_8)) + ".c2ln";
    }
}
