package dev.iambroker.server.config;

import org.jspecify.annotations.Nullable;

/**
 * One value in force, for people to read.
 *
 * @param key {@code accounts.prod.api-key}
 * @param value a text, number, boolean or list of texts; a secret only as its reference; null where nothing is set
 * @param origin {@code default}, {@code broker.yaml:12}, {@code cloud ibm-cloud}, {@code environment XDG_STATE_HOME}
 */
public record Setting(String key, @Nullable Object value, String origin) {
    boolean isOfAccount() {
        return key.startsWith("accounts.");
    }
}
