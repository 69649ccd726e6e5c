package dev.iambroker.server.doctor;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Trust as kubectl has it: in the cluster's own authority and nobody else, or else in those of the platform. */
final class ClusterTrust {
    private ClusterTrust() {}

    /** @throws GeneralSecurityException if {@code pem} holds no certificate */
    static SSLContext of(@Nullable String pem) throws GeneralSecurityException, IOException {
        if (pem == null) {
            return SSLContext.getDefault();
        }
        KeyStore authorities = KeyStore.getInstance(KeyStore.getDefaultType());
        authorities.load(null, null);
        var bytes = new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII));
        int number = 0;
        for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(bytes)) {
            authorities.setCertificateEntry("cluster-" + number++, each);
        }
        if (number == 0) {
            throw new GeneralSecurityException("no certificate in it");
        }
        TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(authorities);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        return context;
    }
}
