package dev.iambroker.server.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The client secrets of the configuration, each only as a MAC under a key of this process: enough to know a secret again,
 * also while the broker is locked, and not to tell it. Immutable, thread-safe.
 */
public final class ClientSecretDigests implements ClientSecrets {
    private static final String ALGORITHM = "HmacSHA256";
    private static final SecretKeySpec KEY = key();

    private final Map<String, byte[]> digests = new HashMap<>();

    /** @param secrets by client name; not kept */
    public ClientSecretDigests(Map<String, Secret> secrets) {
        secrets.forEach((name, secret) -> digests.put(name, digest(secret)));
    }

    private static SecretKeySpec key() {
        byte[] bytes = new byte[32];
        new SecureRandom().nextBytes(bytes);
        return new SecretKeySpec(bytes, ALGORITHM);
    }

    @Override
    public Set<String> ownersOf(Secret presented) {
        byte[] digest = digest(presented);
        Set<String> owners = new HashSet<>();
        // All are compared, each in constant time: how long it takes says nothing about which one nearly fit.
        digests.forEach((name, known) -> {
            if (MessageDigest.isEqual(known, digest)) {
                owners.add(name);
            }
        });
        return owners;
    }

    /** Whether {@code client} was here with another secret. */
    public boolean differs(String client, Secret secret) {
        byte @Nullable [] known = digests.get(client);
        return known != null && !MessageDigest.isEqual(known, digest(secret));
    }

    @Reveals("a client secret becomes input of a MAC, in memory only")
    private static byte[] digest(Secret secret) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(KEY);
            return mac.doFinal(secret.reveal().getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
