package dev.iambroker.server.http;

import dev.iambroker.secret.Secret;
import java.util.Arrays;
import java.util.Set;

/** Reads the passphrase of {@code lock} and {@code unlock}. Nothing of it is ever echoed. */
final class PassphraseBody {
    /** Argon2id makes a guess dear; what is shorter is guessed all the same. */
    static final int LEAST_CHARACTERS = 8;

    private static final String MEMBER = "passphrase";
    private static final String COMPLAINT =
            "the body is not {\"passphrase\"}: send that, with a string that is not empty";

    private PassphraseBody() {}

    static Secret parse(byte[] body) {
        return Secret.of(text(body));
    }

    /** For one that is chosen now. */
    static Secret parseNew(byte[] body) {
        String text = text(body);
        if (text.codePointCount(0, text.length()) < LEAST_CHARACTERS) {
            throw RequestRefused.badRequest(
                    "the passphrase has fewer than " + LEAST_CHARACTERS + " characters: choose a longer one");
        }
        return Secret.of(text);
    }

    private static String text(byte[] body) {
        JsonObject json;
        try {
            json = JsonObject.parse(body, COMPLAINT);
        } finally {
            Arrays.fill(body, (byte) 0);
        }
        String text = json.string(MEMBER);
        if (text == null || text.isEmpty() || !json.names().equals(Set.of(MEMBER))) {
            throw RequestRefused.badRequest(COMPLAINT);
        }
        return text;
    }
}
