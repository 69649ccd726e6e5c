package dev.iambroker.secret;

import com.google.errorprone.annotations.Immutable;
import com.google.errorprone.annotations.RestrictedApi;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The only carrier of clear text: a token, key, passcode, password or client secret.
 *
 * <p>It has no {@code equals}, so that no collection or assertion compares secrets in variable time by accident, and
 * its {@code toString} says nothing. Immutable and thread-safe.
 */
@Immutable
public final class Secret {
    /** Long enough to tell tokens apart in an audit record, far too short to search for the token. */
    private static final int FINGERPRINT_BYTES = 6;

    private final String clear;

    private Secret(String clear) {
        this.clear = clear;
    }

    /** Wraps {@code clear} as it is. */
    public static Secret of(String clear) {
        return new Secret(clear);
    }

    /** The clear text. Only for code marked {@link Reveals}. */
    @RestrictedApi(
            explanation = "clear text leaves its carrier here: mark the caller @Reveals and say where it goes",
            allowlistAnnotations = Reveals.class)
    public String reveal() {
        return clear;
    }

    /** Whether both hold the same clear text, compared in time that does not depend on where they differ. */
    public boolean matches(Secret other) {
        return MessageDigest.isEqual(bytes(), other.bytes());
    }

    public boolean isEmpty() {
        return clear.isEmpty();
    }

    /** Lower-case hexadecimal start of the SHA-256, for telling secrets apart in records. Only for high-entropy values. */
    public String fingerprint() {
        byte[] digest = sha256().digest(bytes());
        return HexFormat.of().formatHex(digest, 0, FINGERPRINT_BYTES);
    }

    private byte[] bytes() {
        return clear.getBytes(StandardCharsets.UTF_8);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    @Override
    public String toString() {
        return "[secret]";
    }
}
