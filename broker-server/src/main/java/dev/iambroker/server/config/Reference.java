package dev.iambroker.server.config;

import dev.iambroker.secret.SecretSource;

/**
 * A secret as the configuration names it. Equal where it names the same place, so that two configurations can be
 * compared.
 */
sealed interface Reference extends SecretSource permits SecretFile, SecretCredential, SecretVariable, SecretCommand {
    /** What is wrong with the place, as far as that shows without reading the secret. */
    Verdict check();

    /** The reference as the configuration writes it: <code>{file: /run/secrets/key}</code>. */
    String written();
}
