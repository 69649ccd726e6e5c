package dev.iambroker.secret;

/**
 * Where a configured secret is read from: a file, an environment variable, a systemd credential, a command. Read anew
 * at each use, so that a rotated secret is picked up without a restart.
 */
public interface SecretSource {
    /**
     * Reads the secret, a trailing newline dropped. May block on a file or a command.
     *
     * @throws SecretUnavailable if it cannot be read, is empty, or lies in a file that others can read
     */
    Secret read();

    /** Names the reference, never the value: {@code file /run/secrets/prod-api-key}. */
    String describe();
}
