package dev.iambroker.server.store;

import dev.iambroker.secret.SecretSource;

/** A configured key that wraps the store's data key. The secret is read when the store is opened. */
public sealed interface WrappingKey {
    SecretSource source();

    /** 32 random bytes in base64 or hexadecimal, or any other text of at least 16 characters that nobody can guess. */
    record RawKey(SecretSource source) implements WrappingKey {}

    /** Something that a person remembers: made costly to guess by Argon2id. */
    record Passphrase(SecretSource source) implements WrappingKey {}
}
