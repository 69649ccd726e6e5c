package dev.iambroker.server.config;

import dev.iambroker.fleet.FleetSettings;
import dev.iambroker.secret.SecretSource;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where sessions are kept and under which keys.
 *
 * @param keys each of them opens the store; none: a key file is made in {@code dir}
 * @param shared with other brokers; null where there are none
 */
public record StateSettings(
        Path dir, List<KeyRef> keys, @Nullable FleetSettings shared) {
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
