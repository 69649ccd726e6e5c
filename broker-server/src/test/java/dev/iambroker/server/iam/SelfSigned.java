package dev.iambroker.server.iam;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import javax.net.ServerSocketFactory;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A key pair and its self-signed certificate, made by the JDK's own tool as there is no interface for it. */
record SelfSigned(Path keyStore, Path pem) {
    private static final String ALIAS = "server";
    private static final String PASSWORD = "changeit";

    /** Made once, as keytool takes its time: good for 127.0.0.1 by address, for no name. */
    static SelfSigned shared() {
        return Holder.SHARED;
    }

    private static SelfSigned make() {
        try {
            Path dir = Files.createTempDirectory("self-signed");
            SelfSigned made = new SelfSigned(dir.resolve("server.p12"), dir.resolve("server.pem"));
            made.generate();
            made.writePem();
            List.of(dir, made.keyStore, made.pem).forEach(path -> path.toFile().deleteOnExit());
            return made;
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Holder {
        static final SelfSigned SHARED = make();
    }

    ServerSocketFactory serverSockets() {
        try {
            KeyStore store = loaded();
            KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            keys.init(store, PASSWORD.toCharArray());
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(keys.getKeyManagers(), null, null);
            return context.getServerSocketFactory();
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private KeyStore loaded() throws IOException, GeneralSecurityException {
        try (InputStream in = Files.newInputStream(keyStore)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, PASSWORD.toCharArray());
            return store;
        }
    }

    private void writePem() {
        try {
            byte[] der = loaded().getCertificate(ALIAS).getEncoded();
            Files.writeString(pem, pemOf(der));
        } catch (IOException | GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static String pemOf(byte[] der) {
        String lines = Base64.getMimeEncoder().encodeToString(der);
        return "-----BEGIN CERTIFICATE-----\n" + lines + "\n-----END CERTIFICATE-----\n";
    }

    private void generate() {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-dname",
                "CN=test",
                "-validity",
                "2",
                "-ext",
                "san=ip:127.0.0.1",
                "-keystore",
                keyStore.toString(),
                "-storetype",
                "PKCS12",
                "-storepass",
                PASSWORD);
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (process.waitFor() != 0) {
                throw new AssertionError(output);
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
