package dev.iambroker.account;

import java.util.Optional;

/** What kind of token is handed out. */
public enum TokenKind {
    /** The IAM access token. */
    ACCESS("access"),
    /** The ID token minted for the client {@code kube}: the credential of a cluster's API server. */
    KUBE("kube"),
    /** The {@code uaa_token} of the latest login or refresh answer. */
    UAA("uaa");

    private final String word;

    TokenKind(String word) {
        this.word = word;
    }

    /** The word of the HTTP interface, of rights and of metric labels. */
    public String word() {
        return word;
    }

    public static Optional<TokenKind> ofWord(String word) {
        for (TokenKind kind : values()) {
            if (kind.word.equals(word)) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }
}
