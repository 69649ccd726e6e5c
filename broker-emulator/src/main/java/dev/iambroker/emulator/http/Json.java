package dev.iambroker.emulator.http;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** JSON in and out, by one mapper without settings. */
public final class Json {
    public static final String CONTENT_TYPE = "application/json";

    private static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Json() {}

    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    public static byte[] bytes(JsonNode node) {
        return MAPPER.writeValueAsBytes(node);
    }

    /** The object in these bytes, or null if they are anything but one JSON object. */
    public static @Nullable ObjectNode objectOrNull(byte[] bytes) {
        try {
            return MAPPER.readTree(bytes) instanceof ObjectNode object ? object : null;
        } catch (JacksonException e) {
            return null;
        }
    }

    /** The text of a member, or null if the member is absent or no text. */
    public static @Nullable String text(@Nullable JsonNode object, String member) {
        JsonNode node = object == null ? null : object.get(member);
        return node != null && node.isString() ? Objects.requireNonNull(node.stringValue()) : null;
    }
}
