package dev.iambroker.policy;

import dev.iambroker.account.TokenKind;
import java.util.Optional;

/** What a right permits on an account: the word before the colon. */
public enum Verb {
    ACCESS("access"),
    KUBE("kube"),
    UAA("uaa"),
    /** Status, clusters, IBM accounts, kubeconfig; implied by any right on the account. */
    LIST("list"),
    /** Login, logout, refresh, purge, share; never covered by {@code *}. */
    ADMIN("admin");

    private final String word;

    Verb(String word) {
        this.word = word;
    }

    public String word() {
        return word;
    }

    /** The verb that a token of {@code kind} asks for. */
    public static Verb of(TokenKind kind) {
        return switch (kind) {
            case ACCESS -> ACCESS;
            case KUBE -> KUBE;
            case UAA -> UAA;
        };
    }

    public static Optional<Verb> ofWord(String word) {
        for (Verb verb : values()) {
            if (verb.word.equals(word)) {
                return Optional.of(verb);
            }
        }
        return Optional.empty();
    }
}
