package dev.iambroker.server.iam;

import dev.iambroker.server.json.JsonTree;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.core.util.JsonRecyclerPools;
import tools.jackson.databind.JsonNode;

/** Reads what others send: bounded in depth and size, lenient in types, never throwing what could quote the input. */
final class JsonAnswer {
    /** Deeper than any answer of IBM; a parser without a limit can be made to overflow its stack. */
    private static final int MAX_DEPTH = 32;

    /** Beyond this an {@link Instant} has no date that any IBM service means. Year 9999. */
    private static final long MAX_EPOCH_SECOND = 253_402_300_799L;

    private static final JsonTree JSON = new JsonTree(JsonFactory.builder()
            .streamReadConstraints(
                    StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
            // A recycled buffer would keep the tokens of the last answer.
            .recyclerPool(JsonRecyclerPools.nonRecyclingPool())
            .build());

    private JsonAnswer() {}

    /** Null for what is not JSON, or nothing at all. */
    static @Nullable JsonNode parse(byte[] bytes) {
        try {
            JsonNode root = JSON.read(bytes);
            return root.isMissingNode() ? null : root;
        } catch (JacksonException e) {
            return null;
        }
    }

    /** Null unless a JSON object. */
    static @Nullable JsonNode object(byte[] bytes) {
        JsonNode root = parse(bytes);
        return root != null && root.isObject() ? root : null;
    }

    /** The member's text; null for a missing, empty or other value. */
    static @Nullable String text(JsonNode object, String name) {
        JsonNode member = object.path(name);
        return member.isString() && !member.stringValue().isEmpty() ? member.stringValue() : null;
    }

    /** A whole number above zero, also one sent as text; else null. */
    static @Nullable Long positive(JsonNode object, String name) {
        Long number = number(object.path(name));
        return number == null || number <= 0 ? null : number;
    }

    /** Seconds since the epoch, as IAM and JWTs give times. */
    static @Nullable Instant instant(JsonNode object, String name) {
        Long second = positive(object, name);
        return second == null || second > MAX_EPOCH_SECOND ? null : Instant.ofEpochSecond(second);
    }

    static String write(JsonNode value) {
        return JSON.text(value);
    }

    private static @Nullable Long number(JsonNode value) {
        if (value.isIntegralNumber()) {
            return value.canConvertToLong() ? value.longValue() : null;
        }
        if (value.isNumber()) {
            // A cast saturates: infinity and what is too large are no times, and are refused as such.
            return (long) value.doubleValue();
        }
        return value.isString() ? parsed(value.stringValue()) : null;
    }

    private static @Nullable Long parsed(String text) {
        try {
            return Long.valueOf(text.strip());
        } catch (NumberFormatException e) {
            return null;
        }
    }
}
