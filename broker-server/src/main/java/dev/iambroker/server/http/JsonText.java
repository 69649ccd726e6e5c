package dev.iambroker.server.http;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/** Writes JSON (RFC 8259) in the order of its calls. Confined to one thread. */
final class JsonText {
    private static final String HEX = "0123456789abcdef";

    private final StringBuilder out = new StringBuilder(256);
    private boolean needsComma;

    JsonText beginObject() {
        return open('{');
    }

    JsonText endObject() {
        return close('}');
    }

    JsonText beginArray() {
        return open('[');
    }

    JsonText endArray() {
        return close(']');
    }

    JsonText name(String name) {
        value(name);
        out.append(':');
        needsComma = false;
        return this;
    }

    JsonText member(String name, @Nullable String value) {
        return name(name).value(value);
    }

    JsonText member(String name, long value) {
        return name(name).raw(Long.toString(value));
    }

    JsonText member(String name, boolean value) {
        return name(name).raw(Boolean.toString(value));
    }

    /** RFC 3339, UTC, whole seconds. */
    JsonText member(String name, @Nullable Instant value) {
        return name(name).value(value == null ? null : rfc3339(value));
    }

    JsonText nil() {
        return raw("null");
    }

    JsonText value(@Nullable String value) {
        if (value == null) {
            return nil();
        }
        separate();
        out.append('"');
        value.chars().forEach(this::character);
        out.append('"');
        return this;
    }

    /** Begins a string whose characters and end are not written here. */
    JsonText openQuote() {
        separate();
        out.append('"');
        return this;
    }

    /** Whether {@code c} stands in a string as something else than itself. */
    static boolean isEscaped(int c) {
        return c < ' ' || c == '"' || c == '\\' || c == 0x7f;
    }

    static String rfc3339(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /** What was written so far. */
    byte[] bytes() {
        return out.toString().getBytes(StandardCharsets.UTF_8);
    }

    private JsonText raw(String literal) {
        separate();
        out.append(literal);
        return this;
    }

    private JsonText open(char bracket) {
        separate();
        out.append(bracket);
        needsComma = false;
        return this;
    }

    private JsonText close(char bracket) {
        out.append(bracket);
        needsComma = true;
        return this;
    }

    private void separate() {
        if (needsComma) {
            out.append(',');
        }
        needsComma = true;
    }

    private void character(int c) {
        switch (c) {
            case '"' -> out.append("\\\"");
            case '\\' -> out.append("\\\\");
            case '\n' -> out.append("\\n");
            case '\r' -> out.append("\\r");
            case '\t' -> out.append("\\t");
            default -> plainOrEscaped((char) c);
        }
    }

    private void plainOrEscaped(char c) {
        if (!isEscaped(c)) {
            out.append(c);
            return;
        }
        out.append("\\u00").append(HEX.charAt(c >> 4)).append(HEX.charAt(c & 0xf));
    }
}
