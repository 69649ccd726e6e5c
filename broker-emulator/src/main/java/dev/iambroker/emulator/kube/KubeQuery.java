package dev.iambroker.emulator.kube;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** The query of a request to an API server; of a parameter that comes twice the first counts, and unknown ones are ignored. */
record KubeQuery(Map<String, String> parameters) {
    static KubeQuery parse(String query) {
        Map<String, String> parameters = new HashMap<>();
        for (String part : query.split("&", -1)) {
            int equals = (part + "=").indexOf('=');
            String value = part.substring(Math.min(equals + 1, part.length()));
            parameters.putIfAbsent(decoded(part.substring(0, equals)), decoded(value));
        }
        return new KubeQuery(parameters);
    }

    private static String decoded(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    String text(String name) {
        return parameters.getOrDefault(name, "");
    }

    boolean isTrue(String name) {
        return text(name).equals("true") || text(name).equals("1");
    }

    /** @throws NumberFormatException if it is none */
    long number(String name, long otherwise) {
        return text(name).isEmpty() ? otherwise : Long.parseLong(text(name));
    }
}
