package dev.iambroker.server.iam;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/** Trust in the platform's authorities and those of one PEM file. Nothing here can turn verification off. */
final class AddedTrust {
    private AddedTrust() {}

    /** @throws IllegalArgumentException if {@code caFile} cannot be read or holds no certificate */
    static SSLContext with(Path caFile) {
        try {
            KeyStore authorities = emptyKeyStore();
            addAll(authorities, "platform-", platformAuthorities());
            addAll(authorities, "added-", certificatesIn(caFile));
            return contextTrusting(authorities);
        } catch (IOException | GeneralSecurityException e) {
            throw unusable(caFile, e);
        }
    }

    private static KeyStore emptyKeyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> platformAuthorities() throws GeneralSecurityException {
        for (TrustManager manager : trustManagers(null)) {
            if (manager instanceof X509TrustManager x509) {
                return List.<X509Certificate>of(x509.getAcceptedIssuers());
            }
        }
        throw new GeneralSecurityException("the platform has no X.509 trust manager");
    }

    private static Collection<? extends Certificate> certificatesIn(Path caFile)
            throws IOException, GeneralSecurityException {
        byte[] pem = Files.readAllBytes(caFile);
        Collection<? extends Certificate> found =
                CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(pem));
        if (found.isEmpty()) {
            throw new GeneralSecurityException("no certificate in it");
        }
        return found;
    }

    private static void addAll(KeyStore store, String prefix, Collection<? extends Certificate> certificates)
            throws GeneralSecurityException {
        int number = 0;
        for (Certificate certificate : certificates) {
            store.setCertificateEntry(prefix + number++, certificate);
        }
    }

    private static SSLContext contextTrusting(KeyStore authorities) throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trustManagers(authorities), null);
        return context;
    }

    private static TrustManager[] trustManagers(@Nullable KeyStore authorities) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(authorities);
        return factory.getTrustManagers();
    }

    private static IllegalArgumentException unusable(Path caFile, Exception e) {
        return new IllegalArgumentException(
                "endpoints.ca-file " + caFile + " is unusable: expected a readable file of PEM certificates", e);
    }
}
