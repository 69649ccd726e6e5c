package dev.iambroker.emulator.record;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The fields of an {@code application/x-www-form-urlencoded} text in their order. Immutable. */
public record Form(List<FormField> fields) {
    public static final String CONTENT_TYPE = "application/x-www-form-urlencoded";

    public Form {
        fields = List.copyOf(fields);
    }

    /** @throws IllegalArgumentException if a percent sign is not followed by two hexadecimal digits */
    public static Form parse(String encoded) {
        List<FormField> fields = new ArrayList<>();
        for (String pair : encoded.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                fields.add(new FormField(decode(name), equals < 0 ? "" : decode(pair.substring(equals + 1))));
            }
        }
        return new Form(fields);
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    public List<String> names() {
        return fields.stream().map(FormField::name).toList();
    }

    public boolean has(String name) {
        return get(name) != null;
    }

    /** The value of the first field of that name, or null. */
    public @Nullable String get(String name) {
        for (FormField field : fields) {
            if (field.name().equals(name)) {
                return field.value();
            }
        }
        return null;
    }
}
