package dev.iambroker.server.store;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretSource;
import dev.iambroker.secret.SecretUnavailable;
import org.jspecify.annotations.Nullable;

/** Wrapping keys that hold their secret in memory. */
final class Keys {
    private Keys() {}

    static WrappingKey raw(String name, String clear) {
        return new WrappingKey.RawKey(new Source(name, clear));
    }

    static WrappingKey passphrase(String name, String clear) {
        return new WrappingKey.Passphrase(new Source(name, clear));
    }

    static WrappingKey unreadable(String name) {
        return new WrappingKey.RawKey(new Source(name, null));
    }

    private record Source(String name, @Nullable String clear) implements SecretSource {
        @Override
        public Secret read() {
            if (clear == null) {
                throw new SecretUnavailable("cannot read " + describe());
            }
            return Secret.of(clear);
        }

        @Override
        public String describe() {
            return "file /etc/keys/" + name;
        }
    }
}
