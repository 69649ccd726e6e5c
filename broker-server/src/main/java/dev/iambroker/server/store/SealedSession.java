package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.account.AccountName;
import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * The bytes of a session file: magic, format version, nonce, then ciphertext and tag. The tag covers magic, version and
 * alias too, so that no file opens under another account's name.
 */
final class SealedSession {
    private static final byte[] MAGIC = "iam-broker\n".getBytes(US_ASCII);
    private static final byte VERSION = 1;
    private static final int NONCE_AT = MAGIC.length + 1;
    private static final int HEADER_BYTES = NONCE_AT + AesGcm.NONCE_BYTES;

    private final HeldKey dataKey;
    private final @Nullable HeldKey previous;
    private final SecureRandom random;

    /** @param previous opens too, and seals nothing; null for none */
    SealedSession(SecretKey dataKey, @Nullable SecretKey previous, SecureRandom random) {
        this.dataKey = HeldKey.of(dataKey);
        this.previous = previous == null ? null : HeldKey.of(previous);
        this.random = random;
    }

    byte[] seal(AccountName account, byte[] clear) {
        byte[] nonce = KeySlot.randomBytes(random, AesGcm.NONCE_BYTES);
        byte[] sealed = AesGcm.seal(dataKey, nonce, associated(account), clear);
        return ByteBuffer.allocate(HEADER_BYTES + sealed.length)
                .put(MAGIC)
                .put(VERSION)
                .put(nonce)
                .put(sealed)
                .array();
    }

    byte[] open(AccountName account, byte[] content) throws Damaged {
        if (content.length < HEADER_BYTES + AesGcm.TAG_BYTES) {
            throw new Damaged("it is cut off at " + content.length + " bytes");
        }
        if (!Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            throw new Damaged("it does not begin as a session file does");
        }
        if (isOfAnotherFormat(content)) {
            throw new Damaged("it has format version " + content[MAGIC.length] + ", this broker knows " + VERSION);
        }
        byte[] nonce = Arrays.copyOfRange(content, NONCE_AT, HEADER_BYTES);
        byte[] sealed = Arrays.copyOfRange(content, HEADER_BYTES, content.length);
        byte[] clear = AesGcm.open(dataKey, nonce, associated(account), sealed);
        if (clear == null && previous != null) {
            clear = AesGcm.open(previous, nonce, associated(account), sealed);
        }
        if (clear == null) {
            throw new Damaged("it was changed, or belongs to another store or account");
        }
        return clear;
    }

    /** Whether it begins as a session file does, of a version that only another broker can judge. */
    static boolean isOfAnotherFormat(byte[] content) {
        return content.length > MAGIC.length
                && Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                && content[MAGIC.length] != VERSION;
    }

    /** Overwrites the keys. Nobody may be sealing or opening. */
    void destroy() {
        dataKey.destroy();
        if (previous != null) {
            previous.destroy();
        }
    }

    private static byte[] associated(AccountName account) {
        byte[] alias = account.value().getBytes(US_ASCII);
        return ByteBuffer.allocate(MAGIC.length + 1 + alias.length)
                .put(MAGIC)
                .put(VERSION)
                .put(alias)
                .array();
    }
}
