package dev.iambroker.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Percent-encoding of UTF-8 (RFC 3986 section 2.1). */
final class PercentEncoding {
    private PercentEncoding() {}

    /** @throws RequestRefused if an escape is cut off, is no UTF-8, or hides a control character */
    static String decode(String text) {
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteBuffer bytes = ByteBuffer.allocate(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes.put(c == '%' ? octet(text, i + 1) : (byte) c);
            i += c == '%' ? 2 : 0;
        }
        return printable(bytes.flip());
    }

    private static byte octet(String text, int at) {
        int high = at + 1 < text.length() ? Character.digit(text.charAt(at), 16) : -1;
        int low = high < 0 ? -1 : Character.digit(text.charAt(at + 1), 16);
        if (low < 0) {
            throw refused();
        }
        return (byte) (high << 4 | low);
    }

    private static String printable(ByteBuffer bytes) {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(bytes).toString();
            if (text.chars().anyMatch(Character::isISOControl)) {
                throw refused();
            }
            return text;
        } catch (CharacterCodingException e) {
            // The cause is dropped: it could quote the input.
            throw refused();
        }
    }

    private static RequestRefused refused() {
        return RequestRefused.badRequest("the path, query or form has a percent-escape that is no printable UTF-8");
    }
}
