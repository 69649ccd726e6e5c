package dev.iambroker.server.config;

import dev.iambroker.secret.SecretSource;
import java.nio.file.Path;
import java.util.List;

/**
 * Where sessions are kept and under which keys.
 *
 * @param keys each of them opens the store; none: a key file is made in {@code dir}
 */
public record StateSettings(Path dir, List<KeyRef> keys) {
    public StateSettings {
        keys = List.copyOf(keys);
    }

    /** A reference to what opens the store. */
    public sealed interface KeyRef {
        SecretSource source();

        /** High-entropy key material. */
        record SecretKey(SecretSource source) implements KeyRef {}

        /** Chosen by a person, to be stretched. */
        record Passphrase(SecretSource source) implements KeyRef {}
    }
}
