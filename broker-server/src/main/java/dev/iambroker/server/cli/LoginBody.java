package dev.iambroker.server.cli;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** What {@code login} sends: the secret is wiped once it is in the body, which the caller wipes in turn. */
final class LoginBody {
    private LoginBody() {}

    static byte[] empty() {
        return "{}".getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] of(String member, char[] secret) {
        return write(null, member, secret);
    }

    static byte[] ofPassword(String username, char[] password) {
        return write(username, "password", password);
    }

    private static byte[] write(@Nullable String username, String member, char[] secret) {
        var bytes = new ByteArrayOutputStream(256);
        try (var json = Json.MAPPER.createGenerator(bytes)) {
            json.writeStartObject();
            if (username != null) {
                json.writeStringProperty("username", username);
            }
            json.writeName(member);
            json.writeString(secret, 0, secret.length);
            json.writeEndObject();
        } finally {
            Arrays.fill(secret, '\0');
        }
        return bytes.toByteArray();
    }
}
