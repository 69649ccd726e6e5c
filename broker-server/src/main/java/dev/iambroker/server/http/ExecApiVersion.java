package dev.iambroker.server.http;

import java.util.Optional;

/** The versions of the credential plugin interface that kubectl speaks. */
enum ExecApiVersion {
    V1("v1"),
    V1BETA1("v1beta1");

    private static final String GROUP = "client.authentication.k8s.io/";

    private final String word;

    ExecApiVersion(String word) {
        this.word = word;
    }

    String groupVersion() {
        return GROUP + word;
    }

    static Optional<ExecApiVersion> ofWord(String word) {
        return ofGroupVersion(GROUP + word);
    }

    static Optional<ExecApiVersion> ofGroupVersion(String text) {
        for (ExecApiVersion version : values()) {
            if (version.groupVersion().equals(text)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }
}
