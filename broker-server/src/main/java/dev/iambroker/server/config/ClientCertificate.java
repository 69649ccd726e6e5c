package dev.iambroker.server.config;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the PEM files by which this broker shows itself to a server: what is wrong with them would be found out by the
 * handshake, without the file's name.
 */
final class ClientCertificate {
    static final String CERTIFICATES = "PEM certificates that can be read";
    static final String KEY = "the private key of the first certificate in cert-file, as PKCS #8 in PEM";

    private static final Pattern CERTIFICATE = block("CERTIFICATE");
    private static final Pattern PRIVATE_KEY = block("PRIVATE KEY");
    private static final byte[] CHALLENGE = "iam-broker".getBytes(StandardCharsets.US_ASCII);

    private ClientCertificate() {}

    private static Pattern block(String what) {
        return Pattern.compile("-----BEGIN " + what + "-----([^-]*)-----END " + what + "-----");
    }

    /** Whether the file holds certificates, and each of them can be read. */
    static boolean holdsCertificates(Path file) {
        try {
            return !certificates(file).isEmpty();
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    /** What is wrong with a private key, whosever it is; null where nothing is, as far as that shows. */
    static @Nullable String flawOf(Path key) {
        try {
            String content = Files.readString(key, StandardCharsets.ISO_8859_1);
            if (!content.contains("PRIVATE KEY-----")) {
                return "holds no private key";
            }
            // By PKCS #8, and as RFC 1421 had it.
            boolean isEncrypted = content.contains("-----BEGIN ENCRYPTED PRIVATE KEY-----")
                    || content.contains("Proc-Type: 4,ENCRYPTED");
            return isEncrypted ? "is encrypted" : null;
        } catch (IOException e) {
            return "cannot be read: " + e.getClass().getSimpleName();
        }
    }

    /** Whether {@code key} is the key of the first certificate; true too where it is of a form that is not known here. */
    static boolean isKeyOf(Path certificates, Path key) {
        try {
            byte @Nullable [] encoded = first(PRIVATE_KEY, key);
            if (encoded == null) {
                return true;
            }
            PublicKey publicKey = certificates(certificates).getFirst().getPublicKey();
            PrivateKey privateKey =
                    KeyFactory.getInstance(publicKey.getAlgorithm()).generatePrivate(new PKCS8EncodedKeySpec(encoded));
            return isPair(publicKey, privateKey);
        } catch (IOException | GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }

    private static boolean isPair(PublicKey publicKey, PrivateKey privateKey) throws GeneralSecurityException {
        String algorithm = switch (publicKey.getAlgorithm()) {
            case "RSA" -> "SHA256withRSA";
            case "EC" -> "SHA256withECDSA";
            default -> publicKey.getAlgorithm();
        };
        Signature signature = Signature.getInstance(algorithm);
        signature.initSign(privateKey);
        signature.update(CHALLENGE);
        byte[] signed = signature.sign();
        signature.initVerify(publicKey);
        signature.update(CHALLENGE);
        return signature.verify(signed);
    }

    private static List<X509Certificate> certificates(Path file) throws IOException, GeneralSecurityException {
        List<X509Certificate> certificates = new ArrayList<>();
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        for (byte[] encoded : blocks(CERTIFICATE, file)) {
            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(encoded)));
        }
        return certificates;
    }

    private static byte @Nullable [] first(Pattern block, Path file) throws IOException {
        List<byte[]> blocks = blocks(block, file);
        return blocks.isEmpty() ? null : blocks.getFirst();
    }

    /** @throws IllegalArgumentException if one is no base64 */
    private static List<byte[]> blocks(Pattern block, Path file) throws IOException {
        // The comments of a bundle are in any encoding.
        Matcher matcher = block.matcher(Files.readString(file, StandardCharsets.ISO_8859_1));
        List<byte[]> blocks = new ArrayList<>();
        while (matcher.find()) {
            blocks.add(Base64.getDecoder().decode(matcher.group(1).replaceAll("\\s", "")));
        }
        return blocks;
    }
}
