package dev.iambroker.server.iam;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.iam.Claims;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class JwtClaimsTest {
    private static final String ID = Wire.ACCOUNT_ID;

    @Test
    void decode_idToken_readsWhatIsPlannedBy() {
        Claims claims = decoded("""
                {"iat":1700000000,"exp":1700003600,"iam_id":"IBMid-1","iss":"https://iam.cloud.ibm.com/identity",
                "aud":["kube","other",5],"account":{"bss":"%s","valid":true},"sub_type":"ServiceId",
                "realmed_sub_%s":"x","sub_fedcba9876543210fedcba9876543210":"y","sub":"z"}""".formatted(ID, ID));

        assertThat(claims.issuedAt()).isEqualTo(Instant.ofEpochSecond(1_700_000_000));
        assertThat(claims.expiresAt()).isEqualTo(Instant.ofEpochSecond(1_700_003_600));
        assertThat(claims.iamId()).isEqualTo("IBMid-1");
        assertThat(claims.issuer()).isEqualTo("https://iam.cloud.ibm.com/identity");
        assertThat(claims.accountId()).isEqualTo(ID);
        assertThat(claims.audience()).containsExactly("kube", "other");
        assertThat(claims.kubeAccounts()).containsExactlyInAnyOrder(ID, "fedcba9876543210fedcba9876543210");
    }

    @Test
    void decode_audienceAsText_isOneAudience() {
        assertThat(decoded("{\"aud\":\"kube\"}").audience()).containsExactly("kube");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"exp\":\"soon\",\"iat\":{},\"iam_id\":7,\"account\":\"x\",\"aud\":{\"a\":null},\"iss\":[]}",
                "{\"exp\":99999999999999999999999,\"iat\":-1}",
                "{\"exp\":9e18,\"iat\":253402300800}"
            })
    void decode_claimsOfWrongKinds_areNone(String json) {
        Claims claims = decoded(json);

        assertThat(claims.expiresAt()).isNull();
        assertThat(claims.issuedAt()).isNull();
        assertThat(claims.iamId()).isNull();
        assertThat(claims.accountId()).isNull();
        assertThat(claims.audience()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "a",
                "a.b",
                "a.b.c",
                "..",
                "e30.e30",
                "e30.e30.s.t",
                "e30.!!.s",
                "e30.W10.s",
                "W10.e30.s",
                "bm8.e30.s"
            })
    void decode_noJwt_isNull(String token) {
        assertThat(JwtClaims.decode(token)).isNull();
    }

    @Test
    void decode_hugeOrDeep_isNull() {
        assertThat(JwtClaims.decode(jwt("{\"a\":\"" + "x".repeat(100_000) + "\"}")))
                .isNull();
        assertThat(JwtClaims.decode(jwt("{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}")))
                .isNull();
    }

    private static Claims decoded(String json) {
        Claims claims = JwtClaims.decode(jwt(json));
        if (claims == null) {
            throw new AssertionError("expected claims");
        }
        return claims;
    }

    private static String jwt(String claims) {
        return "e30." + Base64.getUrlEncoder().withoutPadding().encodeToString(claims.getBytes(StandardCharsets.UTF_8))
                + ".c2ln";
    }
}
