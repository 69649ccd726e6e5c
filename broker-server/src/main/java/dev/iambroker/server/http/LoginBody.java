package dev.iambroker.server.http;

import dev.iambroker.broker.LoginAttempt;
import dev.iambroker.secret.Secret;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what a person brings to a login. Exactly one of the known forms; nothing of it is ever echoed. */
final class LoginBody {
    private static final String COMPLAINT = "the body is none of {\"passcode\"}, {\"username\", \"password\"},"
            + " {\"api_key\"}, {\"refresh_token\"}, {}: send one of them, with strings that are not empty";

    private LoginBody() {}

    static LoginAttempt parse(byte[] body) {
        if (body.length == 0) {
            return new LoginAttempt.Configured();
        }
        JsonObject json = JsonObject.parse(body, COMPLAINT);
        Set<String> names = json.names();
        if (names.isEmpty()) {
            return new LoginAttempt.Configured();
        }
        if (names.equals(Set.of("username", "password"))) {
            return new LoginAttempt.Password(filled(json.string("username")), secret(json, "password"));
        }
        return single(json, names);
    }

    private static LoginAttempt single(JsonObject json, Set<String> names) {
        if (names.size() != 1) {
            throw RequestRefused.badRequest(COMPLAINT);
        }
        return switch (names.iterator().next()) {
            case "passcode" -> new LoginAttempt.Passcode(secret(json, "passcode"));
            case "api_key" -> new LoginAttempt.ApiKey(secret(json, "api_key"));
            case "refresh_token" -> new LoginAttempt.RefreshToken(secret(json, "refresh_token"));
            default -> throw RequestRefused.badRequest(COMPLAINT);
        };
    }

    private static Secret secret(JsonObject json, String name) {
        return Secret.of(filled(json.string(name)));
    }

    private static String filled(@Nullable String value) {
        if (value == null || value.isEmpty()) {
            throw RequestRefused.badRequest(COMPLAINT);
        }
        return value;
    }
}
