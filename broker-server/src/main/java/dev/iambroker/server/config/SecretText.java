package dev.iambroker.server.config;

import dev.iambroker.secret.Secret;
import dev.iambroker.secret.SecretUnavailable;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Turns what a source holds into a secret. */
final class SecretText {
    /** Far above any token or key; a source with more is some other file. */
    static final int MAX_BYTES = 64 * 1024;

    private SecretText() {}

    /** @throws SecretUnavailable if {@code bytes} are too many, no text, or nothing */
    static Secret of(byte[] bytes, String source) {
        if (bytes.length > MAX_BYTES) {
            throw new SecretUnavailable(source + ": is longer than 64 KiB (expected one secret and nothing else)");
        }
        return of(decode(bytes, source), source);
    }

    /** @throws SecretUnavailable if {@code text} is nothing but a newline */
    static Secret of(String text, String source) {
        String clear = withoutNewline(text);
        if (clear.isEmpty()) {
            throw new SecretUnavailable(source + ": is empty (expected the secret)");
        }
        return Secret.of(clear);
    }

    private static String decode(byte[] bytes, String source) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new SecretUnavailable(source + ": is not UTF-8 text (expected the secret as text)");
        }
    }

    private static String withoutNewline(String text) {
        if (text.endsWith("\r\n")) {
            return text.substring(0, text.length() - 2);
        }
        return text.endsWith("\n") ? text.substring(0, text.length() - 1) : text;
    }
}
