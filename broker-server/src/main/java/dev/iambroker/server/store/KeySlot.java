package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * A key of the store wrapped by one key, as the keyring keeps it; byte strings in base64.
 *
 * @param kind how the wrapping key is derived
 * @param salt of that derivation, random
 * @param cost of Argon2id, null for other kinds
 * @param nonce of the wrapping, random
 * @param wrapped the key under AES-256-GCM
 */
record KeySlot(Kind kind, String salt, @Nullable Argon2Cost cost, String nonce, String wrapped) {
    enum Kind {
        HKDF_SHA256,
        ARGON2ID
    }

    /**
     * Which key a slot holds: bound in, so that no slot passes for one of another kind. Where it says 2 there is an {@link
     * AuditMark} beside it; nobody without the key makes one that says 1 of it, to pass off a keyring as one without a mark.
     */
    enum Holds {
        DATA_KEY("iam-broker keyring "),
        AUDIT_KEY("iam-broker audit keyring ");

        private final String words;

        Holds(String words) {
            this.words = words;
        }

        private byte[] associated(int version) {
            return (words + version).getBytes(US_ASCII);
        }
    }

    private static final int VERSION = 2;
    private static final int UNMARKED = 1;

    private static final int SALT_BYTES = 16;

    static KeySlot wrap(PresentedKey key, SecretKey dataKey, SecureRandom random) {
        return wrap(key, Holds.DATA_KEY, dataKey, randomBytes(random, SALT_BYTES), random);
    }

    /**
     * A slot for the key of the audit log.
     *
     * @param neighbour the data key's slot of {@code key}, whose salt is shared: a passphrase is stretched once for both
     */
    static KeySlot wrapAudit(PresentedKey key, @Nullable KeySlot neighbour, SecretKey auditKey, SecureRandom random) {
        byte[] salt = neighbour == null ? randomBytes(random, SALT_BYTES) : decode(neighbour.salt);
        return wrap(key, Holds.AUDIT_KEY, auditKey, salt, random);
    }

    private static KeySlot wrap(PresentedKey key, Holds what, SecretKey held, byte[] salt, SecureRandom random) {
        byte[] nonce = randomBytes(random, AesGcm.NONCE_BYTES);
        Argon2Cost cost = key.kind() == Kind.ARGON2ID ? Argon2Cost.DEFAULT : null;
        byte[] wrapped = AesGcm.seal(key.derive(salt, cost), nonce, what.associated(VERSION), held.getEncoded());
        return new KeySlot(key.kind(), encode(salt), cost, encode(nonce), encode(wrapped));
    }

    /** The data key, null where this slot is not of {@code key}. */
    @Nullable
    SecretKey unwrap(PresentedKey key) {
        return unwrap(key, Holds.DATA_KEY);
    }

    @Nullable
    SecretKey unwrap(PresentedKey key, Holds what) {
        SecretKey current = unwrap(key, what, VERSION);
        return current == null ? unwrap(key, what, UNMARKED) : current;
    }

    /** Whether this is {@code key}'s slot and of a version that keeps an {@link AuditMark} beside it. */
    boolean isMarked(PresentedKey key, Holds what) {
        return unwrap(key, what, VERSION) != null;
    }

    private @Nullable SecretKey unwrap(PresentedKey key, Holds what, int version) {
        if (key.kind() != kind) {
            return null;
        }
        SecretKey wrapping = key.derive(decode(salt), cost);
        byte[] clear = AesGcm.open(wrapping, decode(nonce), what.associated(version), decode(wrapped));
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

    static boolean isBytes(String text, int length) {
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

    static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    static byte[] decode(String text) {
        return Base64.getDecoder().decode(text);
    }
}
