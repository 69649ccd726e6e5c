package dev.iambroker.fleet.etcd;

import dev.iambroker.fleet.FleetRefused;
import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.KDF;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.HKDFParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Seals what is shared, by AES-256-GCM and bound to its key in etcd: a value that was moved to another key does not open.
 * The first key seals, all open. Thread-safe.
 *
 * <p>A sealed value is a byte for this form, the id of the key, a nonce, and what AES-GCM made. Both the sealing key and its
 * id come from the fleet key by HKDF, so that the id in clear says nothing of either. At random 96-bit nonces a key is good
 * for four thousand million values; a fleet of ten thousand logins writes that many in forty years.
 */
final class Seal {
    private static final byte FORM = 1;
    private static final int ID_BYTES = 8;
    private static final int NONCE_BYTES = 12;
    private static final int TAG_BITS = 128;
    private static final int HEADER_BYTES = 1 + ID_BYTES + NONCE_BYTES;

    /** What a person invents is shorter. */
    private static final int LEAST_CHARACTERS = 32;

    private final List<Key> keys;
    private final SecureRandom random;

    private Seal(List<Key> keys, SecureRandom random) {
        this.keys = List.copyOf(keys);
        this.random = random;
    }

    /**
     * @param fleetKey a key a line
     * @param name of the reference that the fleet key was read from
     * @throws FleetRefused where a line is too short, or there is none
     */
    @Reveals("the fleet key, for the keys that are derived from it")
    static Seal of(Secret fleetKey, String name, SecureRandom random) {
        List<Key> keys = new ArrayList<>();
        byte[] text = fleetKey.revealBytes();
        try {
            for (byte[] line : lines(text)) {
                keys.add(key(line, name));
                Arrays.fill(line, (byte) 0);
            }
        } finally {
            Arrays.fill(text, (byte) 0);
        }
        if (keys.isEmpty()) {
            throw tooShort(name);
        }
        return new Seal(keys, random);
    }

    private static List<byte[]> lines(byte[] text) {
        List<byte[]> lines = new ArrayList<>();
        int from = 0;
        for (int at = 0; at <= text.length; at++) {
            if (at == text.length || text[at] == '\n') {
                byte[] line = trimmed(text, from, at);
                if (line.length > 0) {
                    lines.add(line);
                }
                from = at + 1;
            }
        }
        return lines;
    }

    private static byte[] trimmed(byte[] text, int from, int to) {
        int first = from;
        int end = to;
        while (first < end && text[first] <= ' ' && text[first] >= 0) {
            first++;
        }
        while (first < end && text[end - 1] <= ' ' && text[end - 1] >= 0) {
            end--;
        }
        return Arrays.copyOfRange(text, first, end);
    }

    private static Key key(byte[] line, String name) {
        if (characters(line) < LEAST_CHARACTERS) {
            throw tooShort(name);
        }
        return new Key(derived(line, "iam-broker fleet key id", ID_BYTES), derived(line, "iam-broker fleet seal", 32));
    }

    private static int characters(byte[] utf8) {
        int count = 0;
        for (byte each : utf8) {
            // Continuations of a character begin with the bits 10.
            count += (each & 0xC0) == 0x80 ? 0 : 1;
        }
        return count;
    }

    private static FleetRefused tooShort(String name) {
        return new FleetRefused("a key of state.shared.fleet-key (" + name + ") has fewer than " + LEAST_CHARACTERS
                + " characters; it holds one key a line, each as 'openssl rand -base64 32' makes one");
    }

    private static byte[] derived(byte[] line, String purpose, int bytes) {
        try {
            return KDF.getInstance("HKDF-SHA256")
                    .deriveData(HKDFParameterSpec.ofExtract()
                            .addIKM(line)
                            .thenExpand(purpose.getBytes(StandardCharsets.UTF_8), bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform has no HKDF-SHA256", e);
        }
    }

    /** What {@code clear} is when sealed for {@code name}. The caller overwrites {@code clear}. */
    Bytes seal(String name, byte[] clear) {
        Key first = keys.getFirst();
        byte[] nonce = new byte[NONCE_BYTES];
        random.nextBytes(nonce);
        ByteBuffer sealed = ByteBuffer.allocate(HEADER_BYTES + clear.length + TAG_BITS / 8);
        sealed.put(FORM).put(first.id).put(nonce);
        try {
            cipher(Cipher.ENCRYPT_MODE, first, nonce, name).doFinal(ByteBuffer.wrap(clear), sealed);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this Java platform cannot seal with AES-GCM", e);
        }
        return Bytes.of(sealed.array());
    }

    /**
     * What was sealed for {@code name}; the caller overwrites it after use.
     *
     * @throws Unopened where no key opens it
     */
    byte[] open(String name, Bytes value) throws Unopened {
        byte[] sealed = value.array();
        Key key = keyOf(sealed);
        if (key == null) {
            throw new Unopened("it is sealed with a key that the fleet key does not hold");
        }
        byte[] nonce = Arrays.copyOfRange(sealed, 1 + ID_BYTES, HEADER_BYTES);
        try {
            return cipher(Cipher.DECRYPT_MODE, key, nonce, name)
                    .doFinal(sealed, HEADER_BYTES, sealed.length - HEADER_BYTES);
        } catch (GeneralSecurityException e) {
            throw new Unopened("it was changed, or belongs to another key of etcd");
        }
    }

    /** Whether the first key sealed it. */
    boolean isOfFirst(Bytes sealed) {
        return keyOf(sealed.array()) == keys.getFirst();
    }

    private @Nullable Key keyOf(byte[] sealed) {
        if (sealed.length < HEADER_BYTES || sealed[0] != FORM) {
            return null;
        }
        for (Key key : keys) {
            if (Arrays.equals(key.id, 0, ID_BYTES, sealed, 1, 1 + ID_BYTES)) {
                return key;
            }
        }
        return null;
    }

    private static Cipher cipher(int mode, Key key, byte[] nonce, String name) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key.aes, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(name.getBytes(StandardCharsets.UTF_8));
        return cipher;
    }

    /** A sealed value does not open. The message says why, without a word of it. */
    static final class Unopened extends Exception {
        Unopened(String message) {
            super(message);
        }
    }

    /** One line of the fleet key, as far as it is kept. */
    private static final class Key {
        private final byte[] id;
        private final SecretKey aes;

        Key(byte[] id, byte[] aes) {
            this.id = id;
            this.aes = new SecretKeySpec(aes, "AES");
            Arrays.fill(aes, (byte) 0);
        }
    }
}
