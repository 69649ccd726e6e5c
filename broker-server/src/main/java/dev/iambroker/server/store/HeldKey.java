package dev.iambroker.server.store;

import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import javax.crypto.SecretKey;

/** A key that lasts: between two uses its bytes are outside the heap. Each use makes a copy, which the cipher wipes. */
final class HeldKey implements SecretKey {
    private static final long serialVersionUID = 1;

    private final transient Secret bytes;
    private final String algorithm;
    private volatile boolean isDestroyed;

    private HeldKey(Secret bytes, String algorithm) {
        this.bytes = bytes;
        this.algorithm = algorithm;
    }

    /** The same key; {@code key} itself is not changed, and should be dropped. */
    static HeldKey of(SecretKey key) {
        return new HeldKey(Secret.taking(key.getEncoded()), key.getAlgorithm());
    }

    @Override
    public String getAlgorithm() {
        return algorithm;
    }

    @Override
    public String getFormat() {
        return "RAW";
    }

    @Override
    @Reveals("the cipher asks for it, uses it and overwrites it")
    public byte[] getEncoded() {
        return bytes.revealBytes();
    }

    /** Overwrites it: nothing can be sealed or opened by it any more. Idempotent. */
    @Override
    public void destroy() {
        isDestroyed = true;
        bytes.wipe();
    }

    @Override
    public boolean isDestroyed() {
        return isDestroyed;
    }

    @Override
    public String toString() {
        return algorithm + " key";
    }

    /** Keys are serializable by contract; this one stays where it is. */
    private void writeObject(ObjectOutputStream out) throws NotSerializableException {
        throw new NotSerializableException(HeldKey.class.getName());
    }
}
