package dev.iambroker.emulator.iam;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.iambroker.emulator.http.Json;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.security.Signature;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The RS256 keys of the token service: the newest signs, all of them verify. Thread-safe. */
public final class SigningKeys {
    private static final int RSA_BITS = 2048;
    private static final Base64.Encoder BASE64URL = Base64.getUrlEncoder().withoutPadding();

    private final SecureRandom random;
    private final List<NamedKey> keys = new CopyOnWriteArrayList<>();

    @GuardedBy("this")
    private int made = 1;

    private record NamedKey(String kid, PublicKey publicKey, PrivateKey privateKey) {}

    public SigningKeys(SecureRandom random) {
        this.random = random;
        keys.add(newKey("emulated-1"));
    }

    private SigningKeys(SecureRandom random, List<NamedKey> keys, int made) {
        this.random = random;
        this.keys.addAll(keys);
        this.made = made;
    }

    /** The same keys, for a service of its own: what becomes of them there is not seen here. */
    public synchronized SigningKeys copy() {
        return new SigningKeys(random, keys, made);
    }

    /** Signs with a new key from now on; tokens of the older ones stay good. */
    public synchronized void rotate() {
        keys.add(newKey("emulated-" + ++made));
    }

    /** Signs with a new key from now on, and what the older ones signed is good no more. */
    public synchronized void replace() {
        rotate();
        keys.subList(0, keys.size() - 1).clear();
    }

    public String sign(ObjectNode claims) {
        NamedKey key = keys.getLast();
        ObjectNode header =
                Json.object().put("kid", key.kid()).put("alg", "RS256").put("typ", "JWT");
        String input = encode(Json.bytes(header)) + "." + encode(Json.bytes(claims));
        try {
            Signature signature = Signature.getInstance("SHA256withRSA");
            signature.initSign(key.privateKey());
            signature.update(input.getBytes(StandardCharsets.US_ASCII));
            return input + "." + encode(signature.sign());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK signs with RSA", e);
        }
    }

    /** Whether the signature is that of the key that {@code kid} names. */
    boolean verifies(@Nullable String kid, String signedText, byte[] signature) {
        for (NamedKey key : keys) {
            if (key.kid().equals(kid)) {
                return verifies(key.publicKey(), signedText, signature);
            }
        }
        return false;
    }

    private static boolean verifies(PublicKey key, String signedText, byte[] signature) {
        try {
            Signature check = Signature.getInstance("SHA256withRSA");
            check.initVerify(key);
            check.update(signedText.getBytes(StandardCharsets.US_ASCII));
            return check.verify(signature);
        } catch (GeneralSecurityException e) {
            // A signature of the wrong length is reported this way.
            return false;
        }
    }

    /** The key set as at {@code /identity/keys}. */
    ObjectNode jwks() {
        ObjectNode set = Json.object();
        ArrayNode array = set.putArray("keys");
        for (NamedKey key : keys) {
            RSAPublicKey rsa = (RSAPublicKey) key.publicKey();
            array.addObject()
                    .put("kty", "RSA")
                    .put("n", encode(unsigned(rsa.getModulus())))
                    .put("e", encode(unsigned(rsa.getPublicExponent())))
                    .put("alg", "RS256")
                    .put("use", "sig")
                    .put("kid", key.kid());
        }
        return set;
    }

    private NamedKey newKey(String kid) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(RSA_BITS, random);
            KeyPair pair = generator.generateKeyPair();
            return new NamedKey(kid, pair.getPublic(), pair.getPrivate());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK makes RSA keys", e);
        }
    }

    /** RFC 7518 section 6.3.1: no leading zero byte, which BigInteger adds for the sign. */
    private static byte[] unsigned(BigInteger value) {
        byte[] bytes = value.toByteArray();
        return bytes[0] == 0 ? Arrays.copyOfRange(bytes, 1, bytes.length) : bytes;
    }

    private static String encode(byte[] bytes) {
        return BASE64URL.encodeToString(bytes);
    }
}
