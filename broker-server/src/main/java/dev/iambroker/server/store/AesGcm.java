package dev.iambroker.server.store;

import java.security.GeneralSecurityException;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/** AES-256-GCM as NIST SP 800-38D has it: 96-bit nonce, 128-bit tag at the end of the ciphertext. */
final class AesGcm {
    static final int KEY_BYTES = 32;
    static final int NONCE_BYTES = 12;
    static final int TAG_BYTES = 16;
    static final String ALGORITHM = "AES";
    private static final String TRANSFORMATION = "AES/GCM/NoPadding";

    private AesGcm() {}

    static byte[] seal(SecretKey key, byte[] nonce, byte[] associated, byte[] clear) {
        try {
            return cipher(Cipher.ENCRYPT_MODE, key, nonce, associated).doFinal(clear);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + TRANSFORMATION, e);
        }
    }

    /** The clear text, null where key, nonce, associated data or ciphertext are not those of {@link #seal}. */
    static byte @Nullable [] open(SecretKey key, byte[] nonce, byte[] associated, byte[] sealed) {
        if (sealed.length < TAG_BYTES) {
            return null;
        }
        try {
            return cipher(Cipher.DECRYPT_MODE, key, nonce, associated).doFinal(sealed);
        } catch (AEADBadTagException e) {
            return null;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + TRANSFORMATION, e);
        }
    }

    private static Cipher cipher(int mode, SecretKey key, byte[] nonce, byte[] associated)
            throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance(TRANSFORMATION);
        cipher.init(mode, key, new GCMParameterSpec(Byte.SIZE * TAG_BYTES, nonce));
        cipher.updateAAD(associated);
        return cipher;
    }
}
