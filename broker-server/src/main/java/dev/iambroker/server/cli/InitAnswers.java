package dev.iambroker.server.cli;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code init} was told.
 *
 * @param name the account's alias
 * @param accountId null where it was left for later
 * @param profile the trusted profile's name; empty for other logins
 * @param tokenFile where a compute resource finds its token; empty for other logins
 */
record InitAnswers(Login login, String name, @Nullable String accountId, String profile, String tokenFile) {
    /** How most people log in; docs/configuration.md has the others. */
    enum Login {
        API_KEY("api-key"),
        PASSCODE("passcode"),
        TRUSTED_PROFILE("trusted-profile");

        private final String word;

        Login(String word) {
            this.word = word;
        }

        String word() {
            return word;
        }
    }

    Path keyFile(Path config) {
        return config.resolveSibling(name + "-api-key");
    }
}
