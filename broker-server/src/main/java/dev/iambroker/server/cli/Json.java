package dev.iambroker.server.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reading and printing the daemon's JSON. */
final class Json {
    /** Escapes all but ASCII, so that no answer can steer a terminal. */
    static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Json() {}

    static String pretty(JsonNode node) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(node);
    }

    /** The member as plain text; null where it is absent, null or no scalar. */
    static @Nullable String text(JsonNode node, String member) {
        var value = node.path(member);
        if (value.isString()) {
            return PlainText.of(value.stringValue());
        }
        return value.isNumber() || value.isBoolean() ? value.toString() : null;
    }

    /** The member as text for a table, {@code -} where there is none. */
    static String cell(JsonNode node, String member) {
        var text = text(node, member);
        return text == null || text.isEmpty() ? "-" : text;
    }
}
