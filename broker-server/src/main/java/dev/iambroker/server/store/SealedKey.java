package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The data key of before, sealed under the one that takes its place; byte strings in base64.
 *
 * @param nonce random
 * @param sealed the key under AES-256-GCM
 */
record SealedKey(String nonce, String sealed) {
    private static final byte[] ASSOCIATED = "iam-broker previous data key 1".getBytes(US_ASCII);

    static SealedKey seal(SecretKey previous, SecretKey dataKey, SecureRandom random) {
        byte[] nonce = KeySlot.randomBytes(random, AesGcm.NONCE_BYTES);
        byte[] sealed = AesGcm.seal(dataKey, nonce, ASSOCIATED, previous.getEncoded());
        return new SealedKey(KeySlot.encode(nonce), KeySlot.encode(sealed));
    }

    /** Null where it was not sealed under {@code dataKey}. */
    @Nullable
    SecretKey open(SecretKey dataKey) {
        byte[] clear = AesGcm.open(dataKey, KeySlot.decode(nonce), ASSOCIATED, KeySlot.decode(sealed));
        return clear == null ? null : new SecretKeySpec(clear, AesGcm.ALGORITHM);
    }

    boolean isWellFormed() {
        return KeySlot.isBytes(nonce, AesGcm.NONCE_BYTES)
                && KeySlot.isBytes(sealed, AesGcm.KEY_BYTES + AesGcm.TAG_BYTES);
    }
}
