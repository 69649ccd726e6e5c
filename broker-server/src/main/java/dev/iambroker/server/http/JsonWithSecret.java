package dev.iambroker.server.http;

import dev.iambroker.secret.Reveals;
import dev.iambroker.secret.Secret;
import io.netty.buffer.ByteBuf;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * JSON with a secret in it, as bytes that are prepared but for the secret: that stays where it is, outside the heap,
 * until it is copied into an answer. Immutable, thread-safe.
 */
final class JsonWithSecret {
    private final byte[] before;
    private final Secret secret;
    private final byte[] after;

    /**
     * @param before the JSON up to the secret's first character, its quote included
     * @param after from the quote behind the secret
     */
    JsonWithSecret(byte[] before, Secret secret, byte[] after) {
        this.before = before;
        this.secret = asJsonWrites(secret);
        this.after = after;
    }

    int size() {
        return before.length + secret.size() + after.length;
    }

    @Reveals("the token goes into the answer to a client that the policy permits")
    void writeTo(ByteBuf out) {
        out.writeBytes(before);
        secret.revealTo(out::writeBytes);
        out.writeBytes(after);
    }

    /** The secret itself, as tokens have no character that JSON writes otherwise; else another that is escaped. */
    @Reveals("what JSON escapes is searched for; an escaped copy becomes a secret again")
    private static Secret asJsonWrites(Secret secret) {
        boolean[] isPlain = {true};
        secret.revealTo(bytes -> isPlain[0] = isPlain(bytes));
        if (isPlain[0]) {
            return secret;
        }
        String quoted = new String(new JsonText().value(secret.reveal()).bytes(), StandardCharsets.UTF_8);
        return Secret.of(quoted.substring(1, quoted.length() - 1));
    }

    private static boolean isPlain(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            if (JsonText.isEscaped(Byte.toUnsignedInt(bytes.get()))) {
                return false;
            }
        }
        return true;
    }
}
