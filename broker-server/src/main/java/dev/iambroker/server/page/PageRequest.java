package dev.iambroker.server.page;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The one request of a connection: a head without a body, as RFC 9112 has it and in no second way. Says nothing of itself: it may
 * hold a token.
 */
final class PageRequest {
    /** Several times what browsers send to a page without other cookies. */
    private static final int MAX_HEAD = 16 * 1024;

    private static final String END = "\r\n\r\n";
    private static final String VERSION = "HTTP/1.1";
    private static final Set<String> OF_BODIES = Set.of("content-length", "transfer-encoding", "expect", "upgrade");

    private final String method;
    private final String target;
    private final Map<String, String> fields;

    private PageRequest(String method, String target, Map<String, String> fields) {
        this.method = method;
        this.target = target;
        this.fields = fields;
    }

    String method() {
        return method;
    }

    /** Path and query as sent. */
    String target() {
        return target;
    }

    /** @param name in lower case */
    @Nullable
    String field(String name) {
        return fields.get(name);
    }

    /** Reads {@code in}, which stays the caller's, to the end of the head; null if that is no request of ours. */
    static @Nullable PageRequest read(InputStream in) throws IOException {
        byte[] bytes = new byte[MAX_HEAD];
        int count = 0;
        while (count < MAX_HEAD) {
            int read = in.read(bytes, count, MAX_HEAD - count);
            if (read < 0) {
                return null;
            }
            count += read;
            String head = new String(bytes, 0, count, StandardCharsets.ISO_8859_1);
            int end = head.indexOf(END);
            if (end >= 0) {
                // What follows would be a body, or a second request that another reader might find elsewhere.
                return end + END.length() == count ? ofHead(head.substring(0, end)) : null;
            }
        }
        return null;
    }

    private static @Nullable PageRequest ofHead(String head) {
        String[] lines = head.split("\r\n", -1);
        String[] words = lines[0].split(" ", -1);
        boolean isRequest = words.length == 3
                && isToken(words[0])
                && words[1].startsWith("/")
                && words[1].chars().allMatch(c -> c > ' ' && c < 0x7f)
                && words[2].equals(VERSION);
        Map<String, String> fields = isRequest ? fields(lines) : null;
        return fields == null ? null : new PageRequest(words[0], words[1], fields);
    }

    /** Null where one is no field, comes twice, or announces a body. */
    private static @Nullable Map<String, String> fields(String[] lines) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 1; i < lines.length; i++) {
            int colon = lines[i].indexOf(':');
            String name = colon < 0 ? "" : lines[i].substring(0, colon).toLowerCase(Locale.ROOT);
            String value = lines[i].substring(colon + 1).strip();
            boolean isField = isToken(name) && value.chars().allMatch(c -> c >= ' ' && c != 0x7f);
            if (!isField || OF_BODIES.contains(name) || fields.put(name, value) != null) {
                return null;
            }
        }
        return fields;
    }

    /** What stands there in practice; this refuses, too, a space before the colon and a line that continues another. */
    private static boolean isToken(String text) {
        return !text.isEmpty()
                && text.chars().allMatch(c -> c == '-' || c == '_' || (c < 0x80 && Character.isLetterOrDigit(c)));
    }

    @Override
    public String toString() {
        return "request";
    }
}
