package dev.iambroker.server.config;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretUnavailable;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A secret in a variable of the daemon's environment. */
final class SecretVariable implements Reference {
    private static final String UNSET = "is not set (expected the secret in the daemon's environment)";

    private final String name;
    private final Map<String, String> environment;

    SecretVariable(String name, Map<String, String> environment) {
        this.name = name;
        this.environment = environment;
    }

    /** Whether {@code text} could name a variable. */
    static boolean isName(String text) {
        return !text.isEmpty()
                && !Character.isDigit(text.charAt(0))
                && text.chars().allMatch(c -> c == '_' || (c < 128 && Character.isLetterOrDigit(c)));
    }

    @Override
    public Verdict check() {
        return environment.containsKey(name) ? Verdict.GOOD : new Verdict.Bad(UNSET);
    }

    @Override
    public Secret read() {
        String value = environment.get(name);
        if (value == null) {
            throw new SecretUnavailable(describe() + ": " + UNSET);
        }
        return SecretText.of(value, describe());
    }

    @Override
    public String describe() {
        return "environment variable " + name;
    }

    @Override
    public String written() {
        return "{env: " + name + "}";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretVariable variable && name.equals(variable.name);
    }

    @Override
    public int hashCode() {
        return name.hashCode();
    }

    @Override
    public String toString() {
        return describe();
    }
}
