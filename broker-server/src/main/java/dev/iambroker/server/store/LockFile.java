package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.Tries;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * What the file {@code keyring} holds while the store is locked: the whole keyring, sealed by a passphrase; byte strings in
 * base64. The configured key alone does not find its slot in it, and the passphrase alone finds slots that it cannot open.
 *
 * <p>It stands in the keyring's place, so that one rename locks the store and one rename unlocks it.
 *
 * @param audit the keyring's slots of the key that proves the audit log: refusals while it is locked are on record too
 * @param mark whether an audit log was ever begun; in place of the keyring's own until it is unlocked, and null only where an
 *     older broker wrote it
 * @param locked what it takes to open it
 * @param tries the passphrases tried in vain; null where none was. Not sealed: whoever can write here can take the file away
 */
record LockFile(
        int format,
        List<KeySlot> audit,
        @Nullable AuditMark mark,
        Seal locked,
        @Nullable Refused tries) {
    /**
     * @param salt of Argon2id, random
     * @param nonce of the sealing, random
     * @param keyring the keyring's content under AES-256-GCM
     */
    record Seal(String salt, Argon2Cost cost, String nonce, String keyring) {}

    /** @param last in seconds since 1970 */
    record Refused(int count, long last) {
        private static final long LATEST = Integer.MAX_VALUE * 4L;

        /** Whatever a clock shows, it can be read again. */
        private static Refused of(Tries tries) {
            return new Refused(tries.count(), Math.clamp(tries.last().getEpochSecond(), 0, LATEST));
        }

        private boolean isSane() {
            return count >= 0 && last >= 0 && last <= LATEST;
        }
    }

    private static final int FORMAT = 1;
    private static final byte[] ASSOCIATED = "iam-broker lock 1".getBytes(US_ASCII);
    private static final int SALT_BYTES = 16;

    LockFile {
        audit = List.copyOf(audit);
    }

    /** @param audit as the keyring has them, the {@code mark} too */
    static LockFile seal(
            byte[] keyring, List<KeySlot> audit, @Nullable AuditMark mark, Secret passphrase, SecureRandom random) {
        byte[] salt = KeySlot.randomBytes(random, SALT_BYTES);
        byte[] nonce = KeySlot.randomBytes(random, AesGcm.NONCE_BYTES);
        byte[] sealed = AesGcm.seal(derived(passphrase, salt, Argon2Cost.DEFAULT), nonce, ASSOCIATED, keyring);
        return new LockFile(
                FORMAT, audit, mark, new Seal(encode(salt), Argon2Cost.DEFAULT, encode(nonce), encode(sealed)), null);
    }

    LockFile with(AuditMark other) {
        return new LockFile(format, audit, other, locked, tries);
    }

    LockFile with(Tries other) {
        return new LockFile(format, audit, mark, locked, Refused.of(other));
    }

    Tries inVain() {
        return tries == null ? Tries.NONE : new Tries(tries.count, Instant.ofEpochSecond(tries.last));
    }

    /** The keyring's content, null where {@code passphrase} is another. Takes the same time in both cases. */
    byte @Nullable [] open(Secret passphrase) {
        return AesGcm.open(
                derived(passphrase, decode(locked.salt), locked.cost),
                decode(locked.nonce),
                ASSOCIATED,
                decode(locked.keyring));
    }

    private static SecretKey derived(Secret passphrase, byte[] salt, Argon2Cost cost) {
        PresentedKey key = PresentedKey.ofLock(passphrase);
        try {
            return key.derive(salt, cost);
        } finally {
            key.wipe();
        }
    }

    /** Null where the content is none of this format: then it is a keyring, or damaged. */
    static @Nullable LockFile parse(byte[] content) {
        LockFile file = KeyringJson.lock(content);
        return file != null && file.isWellFormed() ? file : null;
    }

    private boolean isWellFormed() {
        return format == FORMAT
                && !audit.isEmpty()
                && audit.stream().allMatch(KeySlot::isWellFormed)
                && (tries == null || tries.isSane())
                && locked.cost.isSane()
                && decode(locked.salt).length == SALT_BYTES
                && decode(locked.nonce).length == AesGcm.NONCE_BYTES
                && decode(locked.keyring).length > AesGcm.TAG_BYTES;
    }

    byte[] content() {
        return KeyringJson.write(this);
    }

    private static String encode(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getDecoder().decode(text);
    }
}
