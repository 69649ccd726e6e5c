package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.directory.Account;
import dev.iambroker.emulator.settings.Generation;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Verifies tokens by nothing but what IAM publishes. */
final class SignatureTest {
    private final EmulatedCloud cloud = EmulatedCloud.sample(Emulator.builder());
    private final Emulator emulator = cloud.emulator();
    private final Caller caller = new Caller(emulator.iamUrl());

    @AfterEach
    void close() {
        cloud.close();
    }

    @Test
    void tokens_verifyByThePublishedKeys() throws Exception {
        assertThat(verifies(emulator.issueAccessToken(cloud.user(), cloud.prod())))
                .isTrue();
        assertThat(verifies(emulator.issueIdToken(cloud.user(), cloud.prod()))).isTrue();
    }

    @Test
    void tokens_ofOldAndNewKey_verifyAfterRotation() throws Exception {
        String old = emulator.issueAccessToken(cloud.user(), cloud.prod());
        emulator.rotateSigningKey();
        String fresh = emulator.issueAccessToken(cloud.user(), cloud.prod());

        assertThat(header(old).get("kid")).isNotEqualTo(header(fresh).get("kid"));
        assertThat(verifies(old)).isTrue();
        assertThat(verifies(fresh)).isTrue();
    }

    @Test
    void header_namesAlgorithmKeyAndType() {
        JsonNode header = header(emulator.issueAccessToken(cloud.user(), cloud.prod()));

        assertThat(header.get("alg").asString()).isEqualTo("RS256");
        assertThat(header.get("typ").asString()).isEqualTo("JWT");
        assertThat(header.get("kid").asString()).isEqualTo("emulated-1");
    }

    @Test
    void discovery_namesIssuerAndEndpoints() {
        JsonNode document =
                caller.get("/identity/.well-known/openid-configuration").json();

        assertThat(document.get("issuer").asString()).isEqualTo("https://iam.cloud.ibm.com/identity");
        assertThat(document.get("token_endpoint").asString()).isEqualTo(emulator.iamUrl() + "/identity/token");
        assertThat(document.get("jwks_uri").asString()).isEqualTo(emulator.iamUrl() + "/identity/keys");
        assertThat(document.get("passcode_endpoint").asString()).isEqualTo(emulator.iamUrl() + "/identity/passcode");
        assertThat(document.get("revocation_endpoint").asString()).isEqualTo(emulator.iamUrl() + "/identity/revoke");
    }

    @Test
    void issuer_isThatOfTheGenerationOrTheGivenOne() {
        try (EmulatedCloud old = EmulatedCloud.sample(
                        Emulator.builder().keys(Keys.SHARED).generation(Generation.BLUEMIX_2019));
                EmulatedCloud own = EmulatedCloud.sample(
                        Emulator.builder().keys(Keys.SHARED).issuer("https://issuer.example"))) {
            assertThat(issuer(old)).isEqualTo("https://iam.bluemix.net/identity");
            assertThat(issuer(own)).isEqualTo("https://issuer.example");
        }
    }

    @Test
    void seed_makesTheSameTokens() {
        ManualClock clock = new ManualClock();
        try (Emulator one = Emulator.builder().seed(7).clock(clock).start();
                Emulator two = Emulator.builder().seed(7).clock(clock).start()) {
            assertThat(firstToken(one)).isEqualTo(firstToken(two));
        }
    }

    private static String firstToken(Emulator emulator) {
        Account account = emulator.addAccount(EmulatedCloud.PROD_ACCOUNT, "a");
        return emulator.issueAccessToken(emulator.addUser(EmulatedCloud.USER, "p", account), account);
    }

    private static String issuer(EmulatedCloud cloud) {
        return Caller.claim(cloud.emulator().issueAccessToken(cloud.user(), cloud.prod()), "iss");
    }

    private static JsonNode header(String jwt) {
        return Caller.JSON.readTree(Base64.getUrlDecoder().decode(jwt.split("\\.")[0]));
    }

    private boolean verifies(String jwt) throws GeneralSecurityException {
        String[] parts = jwt.split("\\.");
        for (JsonNode key : caller.get("/identity/keys").json().get("keys")) {
            if (key.get("kid").equals(header(jwt).get("kid"))) {
                Signature signature = Signature.getInstance("SHA256withRSA");
                signature.initVerify(KeyFactory.getInstance("RSA")
                        .generatePublic(new RSAPublicKeySpec(number(key.get("n")), number(key.get("e")))));
                signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
                return signature.verify(Base64.getUrlDecoder().decode(parts[2]));
            }
        }
        return false;
    }

    private static BigInteger number(JsonNode encoded) {
        return new BigInteger(1, Base64.getUrlDecoder().decode(encoded.asString()));
    }
}
