package dev.iambroker.secret;

import com.google.errorprone.annotations.RestrictedApi;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The only carrier of clear text: a token, key, passcode, password or client secret.
 *
 * <p>It has no {@code equals}, so that no collection or assertion compares secrets in variable time by accident, and
 * its {@code toString} says nothing. Thread-safe.
 *
 * <h2>Where the clear text is</h2>
 *
 * <p>In {@link SecretMemory}, outside the heap: no heap dump holds it, and no collection of garbage leaves copies of it
 * behind. What reveals it makes a copy, or lends the memory for the time of a call.
 *
 * <h2>How it ends</h2>
 *
 * <p>By {@link #wipe()}, where one owner knows that nobody else has it; otherwise the memory is overwritten when the
 * garbage collector finds this object unreachable. Nothing reads memory that another secret has taken over meanwhile:
 * a reader that a {@code wipe} overtook gets {@link SecretWiped}, and must drop what it read so far.
 */
public final class Secret {
    /** Long enough to tell tokens apart in an audit record, far too short to search for the token. */
    private static final int FINGERPRINT_BYTES = 6;

    private static final String CLEAR_TEXT_LEAVES =
            "clear text leaves its carrier here: mark the caller @Reveals and say where it goes";

    private final Block block;
    private final Cleaner.Cleanable end;

    /** Racy on purpose: each thread would come to the same text. */
    private @Nullable String fingerprint;

    private Secret(byte[] clear) {
        this.block = SecretMemory.shared().hold(clear);
        this.end = SecretMemory.whenUnreachable(this, block);
    }

    /** Holds a copy of {@code clear}, as UTF-8. */
    public static Secret of(String clear) {
        return taking(clear.getBytes(StandardCharsets.UTF_8));
    }

    /** Holds what is in {@code clear}, and overwrites it there. */
    public static Secret taking(byte[] clear) {
        try {
            return new Secret(clear);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    /**
     * The clear text, in a copy on the heap that cannot be wiped. Only for code marked {@link Reveals}.
     *
     * @throws SecretWiped after {@link #wipe}
     */
    @RestrictedApi(explanation = CLEAR_TEXT_LEAVES, allowlistAnnotations = Reveals.class)
    public String reveal() {
        byte[] clear = bytes();
        try {
            return new String(clear, StandardCharsets.UTF_8);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    /**
     * The clear bytes, UTF-8 where they are text, in a copy that the caller overwrites after use.
     *
     * @throws SecretWiped after {@link #wipe}
     */
    @RestrictedApi(explanation = CLEAR_TEXT_LEAVES, allowlistAnnotations = Reveals.class)
    public byte[] revealBytes() {
        return bytes();
    }

    /**
     * Lends the memory of the clear bytes, read-only, to {@code reader} for the time of this call. It must not keep the
     * buffer: the memory is another secret's later.
     *
     * @throws SecretWiped after {@link #wipe}; also after {@code reader} has read, which then must not pass it on
     */
    @RestrictedApi(explanation = CLEAR_TEXT_LEAVES, allowlistAnnotations = Reveals.class)
    public void revealTo(Consumer<? super ByteBuffer> reader) {
        try {
            block.lend(reader);
        } finally {
            // Else this could be found unreachable, and its memory wiped, while it is read.
            Reference.reachabilityFence(this);
        }
    }

    /** Bytes of the clear text, as UTF-8. */
    public int size() {
        return block.length();
    }

    public boolean isEmpty() {
        return block.length() == 0;
    }

    /**
     * Whether both hold the same clear text, compared in time that does not depend on where they differ.
     *
     * @throws SecretWiped if one of them was wiped
     */
    public boolean matches(Secret other) {
        byte[] mine = bytes();
        byte[] theirs = other.bytes();
        try {
            return MessageDigest.isEqual(mine, theirs);
        } finally {
            Arrays.fill(mine, (byte) 0);
            Arrays.fill(theirs, (byte) 0);
        }
    }

    /**
     * Whether {@code clear} holds these very bytes from its position to its limit, compared where they are: in time that
     * does not depend on where they differ, and without a copy. Its position may have moved then.
     *
     * @throws SecretWiped if this was wiped
     */
    public boolean matches(ByteBuffer clear) {
        try {
            return block.matches(clear);
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    /** Lower-case hexadecimal start of the SHA-256, for telling secrets apart in records. Only for high-entropy values. */
    public String fingerprint() {
        String known = fingerprint;
        if (known == null) {
            known = computeFingerprint();
            fingerprint = known;
        }
        return known;
    }

    private String computeFingerprint() {
        byte[] clear = bytes();
        try {
            return HexFormat.of().formatHex(sha256().digest(clear), 0, FINGERPRINT_BYTES);
        } finally {
            Arrays.fill(clear, (byte) 0);
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /**
     * Overwrites the clear text now. For the one owner of a secret, when it has no more use for it. Safe beside readers:
     * they get {@link SecretWiped}. Idempotent.
     */
    public void wipe() {
        end.clean();
    }

    private byte[] bytes() {
        try {
            return block.copy();
        } finally {
            Reference.reachabilityFence(this);
        }
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
