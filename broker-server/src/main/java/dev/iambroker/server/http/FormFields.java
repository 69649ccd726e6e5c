package dev.iambroker.server.http;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A body of type application/x-www-form-urlencoded, each parameter given at most once (RFC 6749 section 3.2). */
final class FormFields {
    private static final String MEDIA_TYPE = "application/x-www-form-urlencoded";

    /** As much as a header section may have: a long client secret, and all else that SDKs send, several times over. */
    static final int MAX_BYTES = RequestParser.MAX_HEADER_BYTES;

    private static final int MAX_PARAMETERS = 32;

    private final Map<String, String> values = new HashMap<>();

    private FormFields() {}

    /** @throws RequestRefused if it is no such form */
    static FormFields parse(@Nullable String contentType, byte[] body) {
        if (!isForm(contentType)) {
            throw RequestRefused.badRequest("the body is no form: send it as Content-Type: " + MEDIA_TYPE);
        }
        if (body.length > MAX_BYTES) {
            throw new RequestRefused(
                    Problem.of(ProblemType.BODY_TOO_LARGE, "the form is larger than " + MAX_BYTES + " bytes"));
        }
        FormFields form = new FormFields();
        String text = new String(body, StandardCharsets.ISO_8859_1);
        for (String pair : text.isEmpty() ? new String[0] : text.split("&", -1)) {
            form.add(pair);
        }
        return form;
    }

    private static boolean isForm(@Nullable String contentType) {
        if (contentType == null) {
            return false;
        }
        String[] parts = contentType.split(";", 2);
        return parts[0].strip().equalsIgnoreCase(MEDIA_TYPE) && (parts.length == 1 || isUtf8(parts[1].strip()));
    }

    private static boolean isUtf8(String parameter) {
        return parameter.isEmpty()
                || parameter.equalsIgnoreCase("charset=utf-8")
                || parameter.equalsIgnoreCase("charset=\"utf-8\"");
    }

    private void add(String pair) {
        int equals = pair.indexOf('=');
        String name = decode(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : decode(withoutNewline(pair.substring(equals + 1)));
        if (name.isEmpty()) {
            throw RequestRefused.badRequest("the form has a parameter without a name");
        }
        if (values.size() == MAX_PARAMETERS) {
            throw RequestRefused.badRequest("the form has more than " + MAX_PARAMETERS + " parameters");
        }
        if (values.put(name, value) != null) {
            throw RequestRefused.badRequest("the form has a parameter twice");
        }
    }

    private static String decode(String raw) {
        if (!raw.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw RequestRefused.badRequest("the form has a character that is to be percent-encoded");
        }
        return PercentEncoding.decode(raw.replace('+', ' '));
    }

    /** SDKs send the whole content of a file, with the newline that it ends in. */
    private static String withoutNewline(String raw) {
        for (String end : new String[] {"%0D%0A", "%0A", "\r\n", "\n"}) {
            int rest = raw.length() - end.length();
            if (raw.regionMatches(true, rest, end, 0, end.length())) {
                return raw.substring(0, rest);
            }
        }
        return raw;
    }

    /** Null where it is left out; RFC 6749 section 3.2: without a value is left out. */
    @Nullable
    String get(String name) {
        String value = values.get(name);
        return value == null || value.isEmpty() ? null : value;
    }
}
