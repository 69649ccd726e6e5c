package dev.iambroker.emulator.tls;

/**
 * A certificate with its private key, as programs take them from files.
 *
 * @param certificate PEM
 * @param key PEM, PKCS #8
 */
public record Certified(String certificate, String key) {
    /** Without the key. */
    @Override
    public String toString() {
        return certificate;
    }
}
