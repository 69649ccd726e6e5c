package dev.iambroker.server.cli;

import org.jspecify.annotations.Nullable;
import tools.jackson.core.json.JsonWriteFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reading and printing the daemon's JSON. */
final class Json {
    /** Raised when a script that reads the output of the version before could misunderstand it. */
    static final int SCHEMA = 1;

    /** Escapes all but ASCII, so that no answer can steer a terminal. */
    static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();

    private Json() {}

    /** What {@code --output json} prints: the answer and the version of its shape, see docs/protocol.md. */
    static String pretty(JsonNode node) {
        return MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(versioned(node));
    }

    /** The same in one line, for a stream of them. */
    static String line(JsonNode node) {
        return MAPPER.writeValueAsString(versioned(node));
    }

    private static JsonNode versioned(JsonNode node) {
        if (!node.isObject()) {
            return node;
        }
        var versioned = MAPPER.createObjectNode().put("schema", SCHEMA);
        node.propertyStream().forEach(member -> versioned.set(member.getKey(), member.getValue()));
        return versioned;
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
