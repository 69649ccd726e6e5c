package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import dev.iambroker.store.StoreFailure;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.jspecify.annotations.Nullable;

/** A wrapping key that was read, ready to derive from. Lives only while the keyring is opened. Not thread-safe. */
final class PresentedKey {
    private static final int LEAST_CHARACTERS = 16;
    private static final byte[] INFO = "iam-broker wrapping key 1".getBytes(UTF_8);
    private static final Pattern HEX = Pattern.compile("[0-9a-fA-F]{64}");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/_-]{43}=?");

    private final KeySlot.Kind kind;
    private final String description;
    private final byte[] material;

    /** Stretching a passphrase takes a tenth of a second, and a keyring asks for the same more than once. */
    private final List<Derived> derived = new ArrayList<>();

    private record Derived(String salt, @Nullable Argon2Cost cost, SecretKey key) {}

    private PresentedKey(KeySlot.Kind kind, String description, byte[] material) {
        this.kind = kind;
        this.description = description;
        this.material = material;
    }

    /**
     * Reads {@code key}.
     *
     * @throws dev.iambroker.secret.SecretUnavailable if its source cannot be read
     * @throws StoreFailure if it is too short to protect anything
     */
    static PresentedKey read(WrappingKey key) {
        Secret secret = key.source().read();
        return switch (key) {
            case WrappingKey.RawKey raw -> ofRaw(secret, raw.source().describe());
            case WrappingKey.Passphrase passphrase ->
                ofPassphrase(secret, passphrase.source().describe());
        };
    }

    @Reveals("a key's text becomes input of HKDF, in memory only")
    static PresentedKey ofRaw(Secret key, String description) {
        String text = key.reveal();
        byte[] material = exactKey(text);
        if (material == null && text.length() < LEAST_CHARACTERS) {
            throw new StoreFailure(
                    "the state key from " + description + " is too short: write 32 random bytes, as 'openssl"
                            + " rand -base64 32' makes them, or use state.key.passphrase");
        }
        byte[] input = material == null ? text.getBytes(UTF_8) : material;
        return new PresentedKey(KeySlot.Kind.HKDF_SHA256, description, input);
    }

    @Reveals("a passphrase becomes input of Argon2id, in memory only")
    private static PresentedKey ofPassphrase(Secret passphrase, String description) {
        return new PresentedKey(KeySlot.Kind.ARGON2ID, description, passphrase.revealBytes());
    }

    /** The passphrase that a person locks the broker by. */
    @Reveals("a passphrase becomes input of Argon2id, in memory only")
    static PresentedKey ofLock(Secret passphrase) {
        return new PresentedKey(KeySlot.Kind.ARGON2ID, "the passphrase of the lock", passphrase.revealBytes());
    }

    /** The 32 bytes that {@code text} writes in hexadecimal or base64, null where it is other text. */
    private static byte @Nullable [] exactKey(String text) {
        if (HEX.matcher(text).matches()) {
            return HexFormat.of().parseHex(text);
        }
        if (!BASE64.matcher(text).matches()) {
            return null;
        }
        byte[] decoded = decodeEither(text.replace('-', '+').replace('_', '/'));
        return decoded != null && decoded.length == AesGcm.KEY_BYTES ? decoded : null;
    }

    private static byte @Nullable [] decodeEither(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    KeySlot.Kind kind() {
        return kind;
    }

    /** Names where the key came from, never the key. */
    String description() {
        return description;
    }

    /** Overwrites it: nothing can be derived from it any more. */
    void wipe() {
        Arrays.fill(material, (byte) 0);
    }

    SecretKey derive(byte[] salt, @Nullable Argon2Cost cost) {
        String hex = HexFormat.of().formatHex(salt);
        // One or two, and looked through: the code of a record's hashCode is made at run time, and a start would wait.
        for (Derived before : derived) {
            if (before.salt().equals(hex) && Objects.equals(before.cost(), cost)) {
                return before.key();
            }
        }
        SecretKey key = derived(salt, cost);
        derived.add(new Derived(hex, cost, key));
        return key;
    }

    private SecretKey derived(byte[] salt, @Nullable Argon2Cost cost) {
        return switch (kind) {
            case HKDF_SHA256 -> hkdf(salt);
            case ARGON2ID -> argon2id(salt, requireNonNull(cost));
        };
    }

    private SecretKey hkdf(byte[] salt) {
        try {
            var parameters =
                    HKDFParameterSpec.ofExtract().addIKM(material).addSalt(salt).thenExpand(INFO, AesGcm.KEY_BYTES);
            return KDF.getInstance("HKDF-SHA256").deriveKey(AesGcm.ALGORITHM, parameters);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform from 25 on has HKDF-SHA256", e);
        }
    }

    private SecretKey argon2id(byte[] salt, Argon2Cost cost) {
        var generator = new Argon2BytesGenerator();
        generator.init(new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withSalt(salt)
                .withMemoryAsKB(cost.memoryKib())
                .withIterations(cost.iterations())
                .withParallelism(cost.parallelism())
                .build());
        byte[] key = new byte[AesGcm.KEY_BYTES];
        generator.generateBytes(material, key);
        return new SecretKeySpec(key, AesGcm.ALGORITHM);
    }
}
