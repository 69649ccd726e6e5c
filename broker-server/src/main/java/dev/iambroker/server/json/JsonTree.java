package dev.iambroker.server.json;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Jackson's trees, from its parser and to its generator. Its mapper does the same by way of five hundred classes that map
 * beans: the daemon has none, and each start would wait for those classes and keep them in memory. Thread-safe.
 */
public final class JsonTree {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final JsonFactory factory;

    /** @param factory with the limits of what is read and the form of what is written */
    public JsonTree(JsonFactory factory) {
        this.factory = factory;
    }

    /** Without limits but Jackson's own. */
    public static JsonTree plain() {
        return new JsonTree(JsonFactory.builder().build());
    }

    /**
     * Begins, beside the caller, what the first {@link #read} would wait for: Jackson's parser brings the tables of BigDecimal
     * along. Returns at once.
     */
    public static void prepare() {
        Thread.ofPlatform().daemon().name("iam-broker-json").start(() -> plain().read(new byte[] {'0'}));
    }

    /** An empty object. */
    public static ObjectNode object() {
        return NODES.objectNode();
    }

    /**
     * Reads one value and nothing after it; a missing node for nothing at all. Of members of one name the last counts.
     *
     * @param json in UTF-8
     * @throws tools.jackson.core.JacksonException if it is no JSON; its message may quote it
     */
    public JsonNode read(byte[] json) {
        try (JsonParser parser = factory.createParser(ObjectReadContext.empty(), json)) {
            JsonToken first = parser.nextToken();
            if (first == null) {
                return NODES.missingNode();
            }
            JsonNode root = value(first, parser);
            if (parser.nextToken() != null) {
                throw new StreamReadException(parser, "something follows the value");
            }
            return root;
        }
    }

    private static JsonNode value(JsonToken token, JsonParser parser) {
        return switch (token) {
            case START_OBJECT -> members(parser);
            case START_ARRAY -> elements(parser);
            case VALUE_STRING -> NODES.stringNode(parser.getString());
            case VALUE_NUMBER_INT -> integer(parser);
            case VALUE_NUMBER_FLOAT -> NODES.numberNode(parser.getDoubleValue());
            case VALUE_TRUE -> NODES.booleanNode(true);
            case VALUE_FALSE -> NODES.booleanNode(false);
            case VALUE_NULL -> NODES.nullNode();
            default -> throw new StreamReadException(parser, "no value");
        };
    }

    private static JsonNode members(JsonParser parser) {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            object.set(name, value(parser.nextToken(), parser));
        }
        return object;
    }

    private static JsonNode elements(JsonParser parser) {
        ArrayNode array = NODES.arrayNode();
        for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
            array.add(value(token, parser));
        }
        return array;
    }

    private static JsonNode integer(JsonParser parser) {
        return switch (parser.getNumberType()) {
            case INT -> NODES.numberNode(parser.getIntValue());
            case LONG -> NODES.numberNode(parser.getLongValue());
            default -> NODES.numberNode(parser.getBigIntegerValue());
        };
    }

    /** {@code tree} in UTF-8. */
    public byte[] write(JsonNode tree) {
        var out = new ByteArrayOutputStream();
        try (JsonGenerator generator = factory.createGenerator(ObjectWriteContext.empty(), out)) {
            write(tree, generator);
        }
        return out.toByteArray();
    }

    /** {@code tree} as text. */
    public String text(JsonNode tree) {
        return new String(write(tree), StandardCharsets.UTF_8);
    }

    private static void write(JsonNode node, JsonGenerator out) {
        switch (node.getNodeType()) {
            case OBJECT -> writeMembers(node, out);
            case ARRAY -> writeElements(node, out);
            case STRING -> out.writeString(node.stringValue());
            case NUMBER -> writeNumber(node, out);
            case BOOLEAN -> out.writeBoolean(node.booleanValue());
            case NULL -> out.writeNull();
            default -> throw new IllegalArgumentException("no value of JSON: " + node.getNodeType());
        }
    }

    private static void writeMembers(JsonNode object, JsonGenerator out) {
        out.writeStartObject();
        object.properties().forEach(member -> {
            out.writeName(member.getKey());
            write(member.getValue(), out);
        });
        out.writeEndObject();
    }

    private static void writeElements(JsonNode array, JsonGenerator out) {
        out.writeStartArray();
        array.values().forEach(element -> write(element, out));
        out.writeEndArray();
    }

    private static void writeNumber(JsonNode number, JsonGenerator out) {
        if (number.canConvertToLong() && number.isIntegralNumber()) {
            out.writeNumber(number.longValue());
        } else if (number.isIntegralNumber()) {
            BigInteger whole = number.bigIntegerValue();
            out.writeNumber(whole);
        } else {
            out.writeNumber(number.doubleValue());
        }
    }
}
