package dev.iambroker.server.config;

import dev.iambroker.policy.Rule;
import dev.iambroker.secret.SecretSource;
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
}
