package dev.iambroker.emulator;

import static org.assertj.core.api.Assertions.assertThat;

import dev.iambroker.emulator.tls.CertificateAuthority;
import dev.iambroker.emulator.tls.Certified;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;

final class CertifiedTest {
    private static final byte[] WORDS = "words".getBytes(StandardCharsets.UTF_8);

    @Test
    void certified_isOfLoopbackAndOfTheAuthority_withItsOwnKey() throws Exception {
        CertificateAuthority authority = new CertificateAuthority("authority", new SecureRandom());
        Certified certified = authority.certified();
        X509Certificate certificate = certificate(certified.certificate());

        certificate.verify(certificate(authority.pem()).getPublicKey());
        assertThat(certificate.getSubjectAlternativeNames()).contains(List.of(7, "127.0.0.1"), List.of(2, "localhost"));
        assertThat(isKeyOf(certificate, certified.key())).isTrue();
        assertThat(isKeyOf(certificate, authority.certified().key())).isFalse();
        assertThat(certified.toString()).doesNotContain("PRIVATE");
    }

    private static X509Certificate certificate(String pem) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509")
                .generateCertificate(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
    }

    private static boolean isKeyOf(X509Certificate certificate, String pem) throws Exception {
        String base64 = pem.lines().filter(line -> !line.startsWith("-")).reduce("", String::concat);
        PrivateKey key = KeyFactory.getInstance("EC")
                .generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(base64)));
        Signature signing = Signature.getInstance("SHA256withECDSA");
        signing.initSign(key);
        signing.update(WORDS);
        byte[] signature = signing.sign();
        signing.initVerify(certificate);
        signing.update(WORDS);
        return signing.verify(signature);
    }
}
