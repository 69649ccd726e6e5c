package dev.iambroker.server.config;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretUnavailable;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A systemd credential: a file in the directory that systemd made for this unit. */
final class SecretCredential implements Reference {
    private static final String DIRECTORY = "CREDENTIALS_DIRECTORY";
    private static final String NO_DIRECTORY =
            "CREDENTIALS_DIRECTORY is not set (expected LoadCredential= or SetCredential= in the unit)";

    private final String name;
    private final Map<String, String> environment;
    private final SecretFileRules rules;

    /** @param name as {@link #isName} says */
    SecretCredential(String name, Map<String, String> environment, SecretFileRules rules) {
        this.name = name;
        this.environment = environment;
        this.rules = rules;
    }

    /** Whether {@code text} is a plain file name: it must not lead out of the directory. */
    static boolean isName(String text) {
        return !text.isEmpty()
                && !text.equals(".")
                && !text.equals("..")
                && text.indexOf('/') < 0
                && text.indexOf('\0') < 0;
    }

    @Override
    public Verdict check() {
        SecretFile file = file();
        return file == null ? new Verdict.Bad(NO_DIRECTORY) : file.check();
    }

    @Override
    public Secret read() {
        SecretFile file = file();
        if (file == null) {
            throw new SecretUnavailable(describe() + ": " + NO_DIRECTORY);
        }
        return file.read(describe());
    }

    private @Nullable SecretFile file() {
        String directory = environment.get(DIRECTORY);
        if (directory == null || directory.isEmpty()) {
            return null;
        }
        Path path = Path.of(directory).toAbsolutePath().resolve(name);
        return new SecretFile(path, SecretFileRules.Kind.CREDENTIAL, rules);
    }

    @Override
    public String describe() {
        return "credential " + name;
    }

    @Override
    public String written() {
        return "{credential: " + name + "}";
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof SecretCredential credential && name.equals(credential.name);
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
