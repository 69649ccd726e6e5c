package dev.iambroker.server.config;

import dev.iambroker.policy.Rule;
import dev.iambroker.secret.SecretSource;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * An entry of {@code clients}.
 *
 * @param secret what a client of this rule presents; null exactly where the rule asks for none
 */
public record ClientConfig(Rule rule, @Nullable SecretSource secret) {
    public ClientConfig {
        if (rule.match().secret() != (secret != null)) {
            throw new IllegalArgumentException("a rule that asks for a secret has one, any other has none");
        }
    }

    /** Where its secret lies in a file of its own that the configuration names; null otherwise. */
    public @Nullable Path secretFile() {
        return secret instanceof SecretFile file ? file.path() : null;
    }
}
