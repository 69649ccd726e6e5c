package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The data key wrapped by one key, as the keyring keeps it; byte strings in base64.
 *
 * @param kind how the wrapping key is derived
 * @param salt of that derivation, random
 * @param cost of Argon2id, null for other kinds
 * @param nonce of the wrapping, random
 * @param wrapped the data key under AES-256-GCM
 */
record KeySlot(
        @JsonProperty("kind") Kind kind,
        @JsonProperty("salt") String salt,
        @JsonProperty("cost") @Nullable Argon2Cost cost,
        @JsonProperty("nonce") String nonce,
        @JsonProperty("wrapped") String wrapped) {
    enum Kind {
        HKDF_SHA256,
        ARGON2ID
    }

    private static final byte[] ASSOCIATED = "iam-broker keyring 1".getBytes(US_ASCII);
    private static final int SALT_BYTES = 16;

    static KeySlot wrap(PresentedKey key, SecretKey dataKey, SecureRandom random) {
        byte[] salt = randomBytes(random, SALT_BYTES);
        byte[] nonce = randomBytes(random, AesGcm.NONCE_BYTES);
        Argon2Cost cost = key.kind() == Kind.ARGON2ID ? Argon2Cost.DEFAULT : null;
        byte[] wrapped = AesGcm.seal(key.derive(salt, cost), nonce, ASSOCIATED, dataKey.getEncoded());
        return new KeySlot(key.kind(), encode(salt), cost, encode(nonce), encode(wrapped));
    }

    /** The data key, null where this slot is not of {@code key}. */
    @Nullable
    SecretKey unwrap(PresentedKey key) {
        if (key.kind() != kind) {
            return null;
        }
        byte[] clear = AesGcm.open(key.derive(decode(salt), cost), decode(nonce), ASSOCIATED, decode(wrapped));
        return clear == null ? null : new SecretKeySpec(clear, AesGcm.ALGORITHM);
    }

    /** Whether this can be one that {@link #wrap} made. */
    boolean isWellFormed() {
        boolean costFits = kind == Kind.ARGON2ID ? cost != null && cost.isSane() : cost == null;
        return costFits
                && isBytes(salt, SALT_BYTES)
                && isBytes(nonce, AesGcm.NONCE_BYTES)
                && isBytes(wrapped, AesGcm.KEY_BYTES + AesGcm.TAG_BYTES);
    }

    private static boolean isBytes(String text, int length) {
        try {
            return decode(text).length == length;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    static byte[] randomBytes(SecureRandom random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getDecoder().decode(text);
    }
}
