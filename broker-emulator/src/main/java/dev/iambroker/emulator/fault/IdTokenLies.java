package dev.iambroker.emulator.fault;

import dev.iambroker.emulator.http.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** ID tokens that no cluster takes. Who reads claims before a cluster does can tell; the signature is no longer good. */
final class IdTokenLies {
    static final String OTHER_ISSUER = "https://elsewhere.example/identity";
    static final String OTHER_AUDIENCE = "console";
    static final String OTHER_ACCOUNT = "f0000000000000000000000000000000";

    private static final String ID_TOKEN = "id_token";

    private IdTokenLies() {}

    static void otherIssuer(ObjectNode answer) {
        change(answer, claims -> claims.put("iss", OTHER_ISSUER));
    }

    static void otherAudience(ObjectNode answer) {
        change(answer, claims -> claims.put("aud", OTHER_AUDIENCE));
    }

    /** As that of a login which is bound elsewhere. */
    static void otherAccount(ObjectNode answer) {
        change(answer, claims -> {
            List<String> names = new ArrayList<>(claims.propertyNames());
            for (String name : names) {
                if (name.matches("[a-z_]+_[0-9a-f]{32}")) {
                    JsonNode value = claims.remove(name);
                    claims.set(name.replaceFirst("[0-9a-f]{32}$", OTHER_ACCOUNT), value);
                }
            }
        });
    }

    static void ended(ObjectNode answer) {
        long day = Duration.ofDays(1).toSeconds();
        change(answer, claims -> {
            for (String name : List.of("iat", "exp")) {
                claims.put(name, claims.get(name).longValue() - day);
            }
        });
    }

    private static void change(ObjectNode answer, Consumer<ObjectNode> lie) {
        JsonNode token = answer.get(ID_TOKEN);
        if (token == null) {
            return;
        }
        String[] parts = token.stringValue().split("\\.", -1);
        ObjectNode claims =
                Objects.requireNonNull(Json.objectOrNull(Base64.getUrlDecoder().decode(parts[1])));
        lie.accept(claims);
        byte[] changed = claims.toString().getBytes(StandardCharsets.UTF_8);
        String payload = Base64.getUrlEncoder().withoutPadding().encodeToString(changed);
        answer.put(ID_TOKEN, parts[0] + "." + payload + "." + parts[2]);
    }
}
