package dev.iambroker.server.store;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.iambroker.secret.Secret;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The key made where none is configured: it lies beside what it seals. */
final class GeneratedKey {
    static final String FILE = "state.key";

    private GeneratedKey() {}

    /** Null where there is none. */
    static @Nullable PresentedKey in(StateDirectory directory) {
        byte[] content = directory.read(directory.root().resolve(FILE));
        return content == null ? null : presented(directory, content);
    }

    static PresentedKey inOrNew(StateDirectory directory, SecureRandom random) {
        PresentedKey kept = in(directory);
        if (kept != null) {
            return kept;
        }
        byte[] key = Base64.getEncoder().encode(KeySlot.randomBytes(random, AesGcm.KEY_BYTES));
        directory.replace(directory.root(), FILE, key);
        return presented(directory, key);
    }

    private static PresentedKey presented(StateDirectory directory, byte[] content) {
        Secret key = Secret.of(new String(content, US_ASCII).strip());
        return PresentedKey.ofRaw(key, "file " + directory.root().resolve(FILE));
    }
}
