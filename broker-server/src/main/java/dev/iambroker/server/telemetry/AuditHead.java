package dev.iambroker.server.telemetry;

import dev.iambroker.server.json.JsonTree;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Where the log ends: what is kept sealed beside the sessions.
 *
 * @param count number of the last record, 0 before the first
 * @param hash SHA-256 of its line, in hexadecimal
 * @param end where its line ends in its file, in bytes
 */
record AuditHead(long count, String hash, long end) {
    /** Of a log without records. */
    static final AuditHead EMPTY = new AuditHead(0, AuditLine.BEGINNING, 0);

    private static final JsonTree JSON = JsonTree.plain();

    byte[] bytes() {
        ObjectNode node = JsonTree.object();
        node.put("count", count).put("hash", hash).put("end", end);
        return JSON.write(node);
    }

    /** By hand: the code of a record's equals is made at run time, and a start would wait for it. */
    boolean isSameAs(@Nullable AuditHead other) {
        return other != null && count == other.count && hash.equals(other.hash) && end == other.end;
    }

    /** Whichever of the two counts more records; either may be null. */
    static @Nullable AuditHead later(@Nullable AuditHead one, @Nullable AuditHead other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return other.count() > one.count() ? other : one;
    }

    /** Null where that is none. */
    static @Nullable AuditHead parse(byte[] bytes) {
        try {
            JsonNode node = JSON.read(bytes);
            boolean isHead = node.path("count").canConvertToLong()
                    && node.path("hash").isString()
                    && node.path("end").canConvertToLong();
            return isHead
                    ? new AuditHead(
                            node.path("count").longValue(),
                            node.path("hash").stringValue(),
                            node.path("end").longValue())
                    : null;
        } catch (JacksonException e) {
            return null;
        }
    }
}
