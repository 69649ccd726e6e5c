package dev.iambroker.emulator.tls;

import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Date;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.util.io.pem.PemObject;

/** An EC P-256 certificate authority of its own, and the server certificates that it signs. */
public final class CertificateAuthority {
    /** Wide enough for any clock that a test sets. */
    private static final LocalDate FROM = LocalDate.of(2000, 1, 1);

    private static final LocalDate UNTIL = LocalDate.of(2049, 12, 31);
    private static final LocalDate LONG_AGO = LocalDate.of(2001, 1, 1);

    private final SecureRandom random;
    private final X500Name name;
    private final KeyPair keys;
    private final X509Certificate certificate;

    public CertificateAuthority(String commonName, SecureRandom random) {
        this.random = random;
        this.name = new X500Name("CN=" + commonName + ",O=Emulated");
        this.keys = newKeys(random);
        this.certificate = sign(authority());
    }

    /** The authority's certificate in PEM. */
    public String pem() {
        return pem(certificate);
    }

    /** A new certificate of this authority for programs that listen on loopback and call each other, with its private key. */
    public Certified certified() {
        KeyPair loopbackKeys = newKeys(random);
        X509Certificate loopback = sign(server(ServerName.LOOPBACK, loopbackKeys));
        // By itself the writer takes a form of the key that only OpenSSL knows.
        PemObject key = new PemObject("PRIVATE KEY", loopbackKeys.getPrivate().getEncoded());
        return new Certified(pem(loopback), pem(key));
    }

    private static String pem(Object thing) {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            writer.writeObject(thing);
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory does not fail", e);
        }
        return text.toString();
    }

    /** Server sockets with a new certificate of this authority. */
    public ServerSocketFactory sockets(ServerName serverName) {
        KeyPair serverKeys = newKeys(random);
        X509Certificate server = sign(server(serverName, serverKeys));
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] password = "emulated".toCharArray();
            store.setKeyEntry("server", serverKeys.getPrivate(), password, new X509Certificate[] {server, certificate});
            KeyManagerFactory managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            managers.init(store, password);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(managers.getKeyManagers(), null, null);
            return context.getServerSocketFactory();
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("every JDK serves TLS from memory", e);
        }
    }

    private X509v3CertificateBuilder authority() {
        X509v3CertificateBuilder builder =
                new JcaX509v3CertificateBuilder(name, serial(), date(FROM), date(UNTIL), name, keys.getPublic());
        try {
            return builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(true))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.keyCertSign | KeyUsage.cRLSign));
        } catch (CertIOException e) {
            throw new UncheckedIOException("constant extensions encode", e);
        }
    }

    private X509v3CertificateBuilder server(ServerName serverName, KeyPair serverKeys) {
        LocalDate until = serverName == ServerName.EXPIRED ? LONG_AGO : UNTIL;
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name, serial(), date(FROM), date(until), new X500Name("CN=emulated server"), serverKeys.getPublic());
        GeneralName[] loopback = {
            new GeneralName(GeneralName.iPAddress, "127.0.0.1"), new GeneralName(GeneralName.dNSName, "localhost")
        };
        GeneralName[] other = {new GeneralName(GeneralName.dNSName, "elsewhere.example")};
        try {
            return builder.addExtension(
                    Extension.subjectAlternativeName,
                    false,
                    new GeneralNames(serverName == ServerName.ELSEWHERE ? other : loopback));
        } catch (CertIOException e) {
            throw new UncheckedIOException("constant extensions encode", e);
        }
    }

    private X509Certificate sign(X509v3CertificateBuilder builder) {
        try {
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate())));
        } catch (OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException("every JDK signs with P-256", e);
        }
    }

    private BigInteger serial() {
        return new BigInteger(63, random).setBit(62);
    }

    private static KeyPair newKeys(SecureRandom random) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"), random);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK makes P-256 keys", e);
        }
    }

    /** Bouncy Castle's builders take the old date type. */
    @SuppressWarnings("JavaUtilDate")
    private static Date date(LocalDate day) {
        return Date.from(day.atStartOfDay(ZoneOffset.UTC).toInstant());
    }
}
