package dev.iambroker.server.http;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The query of a request, each parameter known and given at most once. */
final class Query {
    private static final Query EMPTY = new Query(Map.of());

    /** Twelve digits of seconds are thirty thousand years; more is a mistake. */
    private static final int MAX_DIGITS = 12;

    private final Map<String, String> values;

    private Query(Map<String, String> values) {
        this.values = values;
    }

    /** @throws RequestRefused naming {@code accepted} if anything else is there, or anything twice, or without value */
    static Query parse(String raw, Collection<String> accepted) {
        if (raw.isEmpty()) {
            return EMPTY;
        }
        Map<String, String> values = new HashMap<>();
        for (String pair : raw.split("&", -1)) {
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            if (!accepted.contains(name)) {
                throw RequestRefused.badRequest("unknown query parameter: " + listing(accepted));
            }
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            if (value.isEmpty()) {
                throw RequestRefused.badRequest("query parameter " + name + " has no value");
            }
            if (values.put(name, value) != null) {
                throw RequestRefused.badRequest("query parameter " + name + " is given twice");
            }
        }
        return new Query(values);
    }

    private static String listing(Collection<String> accepted) {
        return accepted.isEmpty() ? "none is accepted here" : "accepted are " + String.join(", ", accepted);
    }

    private static String decode(String text) {
        return PercentEncoding.decode(text.replace('+', ' '));
    }

    @Nullable
    String get(String name) {
        return values.get(name);
    }

    /** Whether it says true; it may be left out. @throws RequestRefused if it says anything but true or false */
    boolean isTrue(String name) {
        String value = values.getOrDefault(name, "false");
        if (!value.equals("true") && !value.equals("false")) {
            throw RequestRefused.badRequest("query parameter " + name + " is neither true nor false");
        }
        return value.equals("true");
    }

    /** @throws RequestRefused if the value is no whole number from {@code min} to {@code max} */
    OptionalLong number(String name, long min, long max) {
        String value = values.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        boolean isNumber = value.length() <= MAX_DIGITS && Syntax.isDigits(value, 0, value.length());
        if (!isNumber || Long.parseLong(value) < min || Long.parseLong(value) > max) {
            String range = max == Long.MAX_VALUE ? min + " or more" : "from " + min + " to " + max;
            throw RequestRefused.badRequest("query parameter " + name + " is not a whole number, " + range);
        }
        return OptionalLong.of(Long.parseLong(value));
    }

    /** @throws RequestRefused if the value is no whole number from 0 to {@code max} */
    OptionalLong seconds(String name, long max) {
        String value = values.get(name);
        if (value == null) {
            return OptionalLong.empty();
        }
        boolean isNumber = value.length() <= MAX_DIGITS && Syntax.isDigits(value, 0, value.length());
        if (!isNumber || Long.parseLong(value) > max) {
            String range = max == Long.MAX_VALUE ? "0 or more" : "from 0 to " + max;
            throw RequestRefused.badRequest("query parameter " + name + " is not a whole number of seconds, " + range);
        }
        return OptionalLong.of(Long.parseLong(value));
    }
}
