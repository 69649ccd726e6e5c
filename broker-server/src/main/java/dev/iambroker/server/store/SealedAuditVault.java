package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.store.AuditVault;
import dev.iambroker.store.StoreFailure;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.function.Consumer;
import java.util.function.Supplier;
import javax.crypto.KDF;
import javax.crypto.Mac;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import org.jspecify.annotations.Nullable;

/** The file {@code audit.head}, and the MAC of records: both under keys derived from the audit log's own in the keyring. */
final class SealedAuditVault implements AuditVault {
    static final String FILE = "audit.head";
    private static final String HMAC = "HmacSHA256";
    private static final byte[] MAC_INFO = "iam-broker audit record 1".getBytes(US_ASCII);
    private static final byte[] HEAD_INFO = "iam-broker audit head 1".getBytes(US_ASCII);
    private static final byte[] MAGIC = "iam-broker audit head 1\n".getBytes(US_ASCII);
    private static final int SEALED_AT = MAGIC.length + AesGcm.NONCE_BYTES;

    private final Path file;
    private final Supplier<byte @Nullable []> read;
    private final Consumer<byte[]> write;
    private final Marks marks;
    private final SecureRandom random;
    private final SecretKey auditKey;
    private final SecretKey macKey;
    private final SecretKey headKey;

    /** Where the mark lies. */
    interface Marks {
        /** @throws StoreFailure if it was taken away or changed */
        AuditMark.Said said();

        void save(AuditMark mark);
    }

    SealedAuditVault(StateDirectory directory, Writes writes, StoreLock lock, SecureRandom random) {
        this(
                directory.root().resolve(FILE),
                () -> directory.read(directory.root().resolve(FILE)),
                content -> writes.run(() -> directory.replace(directory.root(), FILE, content)),
                new Marks() {
                    @Override
                    public AuditMark.Said said() {
                        return lock.mark();
                    }

                    @Override
                    public void save(AuditMark mark) {
                        writes.run(() -> lock.saveMark(mark));
                    }
                },
                lock.auditKey(),
                random);
    }

    /**
     * A vault anywhere.
     *
     * @param file for messages
     * @param read its content, null where there is none
     */
    SealedAuditVault(
            Path file,
            Supplier<byte @Nullable []> read,
            Consumer<byte[]> write,
            Marks marks,
            SecretKey auditKey,
            SecureRandom random) {
        this.file = file;
        this.read = read;
        this.write = write;
        this.marks = marks;
        this.random = random;
        this.auditKey = auditKey;
        this.macKey = derived(auditKey, MAC_INFO, HMAC);
        this.headKey = derived(auditKey, HEAD_INFO, AesGcm.ALGORITHM);
    }

    static SecretKey derived(SecretKey auditKey, byte[] info, String algorithm) {
        try {
            var parameters = HKDFParameterSpec.expandOnly(auditKey, info, AesGcm.KEY_BYTES);
            return HeldKey.of(KDF.getInstance("HKDF-SHA256").deriveKey(algorithm, parameters));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform from 25 on has HKDF-SHA256", e);
        }
    }

    @Override
    public byte[] mac(byte[] record) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(macKey);
            return mac.doFinal(record);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + HMAC, e);
        }
    }

    @Override
    public byte @Nullable [] head() {
        byte[] content = read.get();
        return content == null ? null : opened(content);
    }

    private byte[] opened(byte[] content) {
        byte[] clear = null;
        if (content.length > SEALED_AT && Arrays.equals(content, 0, MAGIC.length, MAGIC, 0, MAGIC.length)) {
            byte[] nonce = Arrays.copyOfRange(content, MAGIC.length, SEALED_AT);
            clear = AesGcm.open(headKey, nonce, MAGIC, Arrays.copyOfRange(content, SEALED_AT, content.length));
        }
        if (clear == null) {
            throw new StoreFailure(file + " was changed, is damaged, or belongs to another store");
        }
        return clear;
    }

    @Override
    public byte @Nullable [] mark() {
        return marks.said().known();
    }

    @Override
    public void saveMark(byte[] mark) {
        if (!Arrays.equals(mark, markIfRight())) {
            marks.save(AuditMark.ofLog(mark, auditKey, random));
        }
    }

    private byte @Nullable [] markIfRight() {
        try {
            return mark();
        } catch (StoreFailure e) {
            return null;
        }
    }

    @Override
    public void saveHead(byte[] head) {
        byte[] nonce = KeySlot.randomBytes(random, AesGcm.NONCE_BYTES);
        byte[] sealed = AesGcm.seal(headKey, nonce, MAGIC, head);
        byte[] content = ByteBuffer.allocate(SEALED_AT + sealed.length)
                .put(MAGIC)
                .put(nonce)
                .put(sealed)
                .array();
        write.accept(content);
    }
}
