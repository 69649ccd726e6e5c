package dev.iambroker.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/**
 * Secrets that occur nowhere else, and the places where they were found. Each has a core of characters that no encoding
 * of URLs, forms or JSON changes; base64 changes it, in one of three ways by where it begins. Not thread-safe.
 */
final class Canaries {
    private static final int CORE_BYTES = 12;
    private static final int SHORTEST = 16;
    private static final Pattern JWT = Pattern.compile("eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.");

    private final Random random = new Random(17);
    private final Map<String, String> nameByForm = new LinkedHashMap<>();

    /** A new secret with characters that URLs, forms and JSON write differently. */
    String plant(String name) {
        byte[] core = new byte[CORE_BYTES];
        random.nextBytes(core);
        String hex = HexFormat.of().formatHex(core);
        add(name, hex);
        return "c/+" + name + "=&%" + hex + "~";
    }

    /** A secret that somebody else made. Of a JWT its signature is looked for. */
    void add(String name, String value) {
        String core = value.substring(value.lastIndexOf('.') + 1);
        if (core.length() < SHORTEST) {
            throw new IllegalArgumentException(name + " is too short to be found for certain");
        }
        nameByForm.put(core, name);
        nameByForm.put(HexFormat.of().formatHex(bytes(core)), name + " in hex");
        for (int shift = 0; shift < 3; shift++) {
            nameByForm.put(base64(core, shift), name + " in base64");
        }
    }

    /** What base64 makes of {@code core} after {@code shift} other bytes, without the digits that neighbours decide. */
    private static String base64(String core, int shift) {
        String text = Base64.getEncoder().withoutPadding().encodeToString(bytes("\0".repeat(shift) + core));
        int first = shift == 0 ? 0 : shift + 1;
        return text.substring(first, text.length() - 1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    int count() {
        return nameByForm.size();
    }

    /** The secrets in that text, each with the place where it stands. */
    List<String> in(String place, String text) {
        List<String> found = new ArrayList<>();
        nameByForm.forEach((form, name) -> {
            if (text.contains(form)) {
                found.add(name + " in " + place);
            }
        });
        return found;
    }

    /** As {@link #in}, and anything else that looks like a token. */
    List<String> orTokensIn(String place, String text) {
        List<String> found = in(place, text);
        if (JWT.matcher(text).find()) {
            found.add("a JWT in " + place);
        }
        return found;
    }
}
