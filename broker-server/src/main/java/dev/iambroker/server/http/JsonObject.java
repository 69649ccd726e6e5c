package dev.iambroker.server.http;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;

/** A JSON object of a request's body. Arrays and fractions mean nothing in any body here and are not kept. */
final class JsonObject {
    /** Nothing that clients send here is deeper than the {@code config} of an exec stanza. */
    private static final int MAX_DEPTH = 32;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(RequestParser.MAX_BODY)
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // What is recycled or made canonical outlives the request, and bodies hold secrets: in a member's name too,
            // where a client errs.
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .disable(TokenStreamFactory.Feature.CANONICALIZE_PROPERTY_NAMES)
            .build();

    /** Twelve digits of seconds are thirty thousand years. */
    private static final int MAX_DIGITS = 12;

    /** String, Boolean, Long, JsonObject, or {@link #OTHER}. */
    private final Map<String, Object> members = new HashMap<>();

    /** Stands for a value of a kind that nobody asks for. */
    private static final Object OTHER = new Object();

    private final String complaint;

    private JsonObject(String complaint) {
        this.complaint = complaint;
    }

    /**
     * Reads {@code body}, one object and nothing after it.
     *
     * @param complaint what to say where that, or a member's type, is not so
     */
    static JsonObject parse(byte[] body, String complaint) {
        char[] text = decoded(body, complaint);
        try (JsonParser parser = FACTORY.createParser(ObjectReadContext.empty(), text, 0, text.length)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw RequestRefused.badRequest(complaint);
            }
            JsonObject object = read(parser, complaint);
            if (parser.nextToken() != null) {
                throw RequestRefused.badRequest(complaint);
            }
            return object;
        } catch (JacksonException e) {
            // The cause is dropped: it could quote a secret.
            throw RequestRefused.badRequest(complaint);
        } finally {
            Arrays.fill(text, '\0');
        }
    }

    /** The parser's own decoder takes some bytes that are no UTF-8 for names that it has met before, and UTF-16 too. */
    private static char[] decoded(byte[] body, String complaint) {
        try {
            CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(body));
            char[] exact = Arrays.copyOf(text.array(), text.limit());
            Arrays.fill(text.array(), '\0');
            return exact;
        } catch (CharacterCodingException e) {
            throw RequestRefused.badRequest(complaint);
        }
    }

    private static JsonObject read(JsonParser parser, String complaint) {
        JsonObject object = new JsonObject(complaint);
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            JsonToken value = parser.nextToken();
            if (value != JsonToken.VALUE_NULL) {
                object.members.put(name, valueOf(value, parser, complaint));
            }
        }
        return object;
    }

    private static Object valueOf(JsonToken token, JsonParser parser, String complaint) {
        if (token == JsonToken.START_OBJECT) {
            return read(parser, complaint);
        }
        if (token == JsonToken.VALUE_STRING) {
            return wellFormed(parser.getString(), complaint);
        }
        if (token.isBoolean()) {
            return token == JsonToken.VALUE_TRUE;
        }
        if (token == JsonToken.VALUE_NUMBER_INT && parser.getStringLength() <= MAX_DIGITS) {
            return parser.getLongValue();
        }
        parser.skipChildren();
        return OTHER;
    }

    /** Half a pair of surrogates is no character: encoded it would become a question mark, and a secret another one. */
    private static String wellFormed(String text, String complaint) {
        if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw RequestRefused.badRequest(complaint);
        }
        return text;
    }

    /** The names of all members that are not null. */
    Set<String> names() {
        return members.keySet();
    }

    @Nullable
    String string(String name) {
        return typed(name, String.class);
    }

    @Nullable
    JsonObject object(String name) {
        return typed(name, JsonObject.class);
    }

    OptionalLong number(String name) {
        Long value = typed(name, Long.class);
        return value == null ? OptionalLong.empty() : OptionalLong.of(value);
    }

    boolean isTrue(String name) {
        return Boolean.TRUE.equals(typed(name, Boolean.class));
    }

    private <T> @Nullable T typed(String name, Class<T> type) {
        Object value = members.get(name);
        if (value != null && !type.isInstance(value)) {
            throw RequestRefused.badRequest(complaint);
        }
        return type.cast(value);
    }

    @Override
    public String toString() {
        return "JSON object";
    }
}
