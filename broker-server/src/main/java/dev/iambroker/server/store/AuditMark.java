package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.Objects;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether an audit log was ever begun, and what was known of it last; byte strings in base64. It lies in the keyring, that
 * nobody can delete unseen, beside every slot that says so: a log that is gone together with its head is missed by it.
 *
 * @param nonce random
 * @param sealed that under AES-256-GCM and a key derived from the audit log's own
 */
record AuditMark(String nonce, String sealed) {
    private static final byte[] ASSOCIATED = "iam-broker audit mark 1".getBytes(US_ASCII);
    static final String NOT_SAID = "no longer says whether an audit log was begun";

    private static final byte NO_LOG = 0;
    private static final byte LOG = 1;
    private static final Logger log = LoggerFactory.getLogger(AuditMark.class);

    AuditMark {
        Objects.requireNonNull(nonce);
        Objects.requireNonNull(sealed);
    }

    /** What a mark says. */
    static final class Said {
        static final Said NO_LOG_BEGUN = new Said(null);

        private final byte @Nullable [] known;

        private Said(byte @Nullable [] known) {
            this.known = known;
        }

        /** That a log was begun of which nothing is known. */
        static Said ofUnknownLog() {
            return new Said(new byte[0]);
        }

        /** What was kept of the log, empty where nothing is known, null where none was begun. */
        byte @Nullable [] known() {
            return known == null ? null : known.clone();
        }
    }

    /** That no log was begun yet. */
    static AuditMark ofNone(SecretKey auditKey, SecureRandom random) {
        return seal(new byte[] {NO_LOG}, auditKey, random);
    }

    /** @param known of the log that was begun */
    static AuditMark ofLog(byte[] known, SecretKey auditKey, SecureRandom random) {
        byte[] clear = ByteBuffer.allocate(1 + known.length).put(LOG).put(known).array();
        return seal(clear, auditKey, random);
    }

    /** The mark in the content of the file {@code keyring}, locked or not; null where there is none. */
    static @Nullable AuditMark in(byte[] content) {
        LockFile locked = LockFile.parse(content);
        Keyring keyring = locked == null ? Keyring.parse(content) : null;
        return locked != null ? locked.mark() : keyring == null ? null : keyring.mark();
    }

    /**
     * {@code kept} where it is right. A keyring of an older broker has none, and whether a log was begun is what the head
     * says; where there should be one, somebody took it away, and a log counts as begun.
     */
    static AuditMark settled(
            @Nullable AuditMark kept,
            SecretKey auditKey,
            boolean isExpected,
            StateDirectory directory,
            SecureRandom random) {
        if (kept != null && kept.open(auditKey) != null) {
            return kept;
        }
        boolean isOlder = kept == null && !isExpected;
        if (isOlder && directory.read(directory.root().resolve(SealedAuditVault.FILE)) == null) {
            return ofNone(auditKey, random);
        }
        if (!isOlder) {
            log.error(
                    "{} was changed: it {}; an audit log counts as begun",
                    directory.root().resolve(Keyring.FILE),
                    NOT_SAID);
        }
        return ofLog(new byte[0], auditKey, random);
    }

    private static AuditMark seal(byte[] clear, SecretKey auditKey, SecureRandom random) {
        byte[] nonce = KeySlot.randomBytes(random, AesGcm.NONCE_BYTES);
        byte[] sealed = AesGcm.seal(key(auditKey), nonce, ASSOCIATED, clear);
        return new AuditMark(KeySlot.encode(nonce), KeySlot.encode(sealed));
    }

    /** Null where it was not sealed under {@code auditKey}, or was changed. */
    @Nullable
    Said open(SecretKey auditKey) {
        byte[] clear = bytes(nonce).length == AesGcm.NONCE_BYTES
                ? AesGcm.open(key(auditKey), bytes(nonce), ASSOCIATED, bytes(sealed))
                : null;
        if (clear == null || clear.length == 0) {
            return null;
        }
        return clear[0] == LOG ? new Said(Arrays.copyOfRange(clear, 1, clear.length)) : Said.NO_LOG_BEGUN;
    }

    /** Empty where it is no base64: then it was changed. */
    private static byte[] bytes(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return new byte[0];
        }
    }

    private static SecretKey key(SecretKey auditKey) {
        return SealedAuditVault.derived(auditKey, ASSOCIATED, AesGcm.ALGORITHM);
    }
}
