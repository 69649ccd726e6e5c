package dev.iambroker.server.http;

import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * KUBERNETES_EXEC_INFO, login bodies and the forms of IBM's SDKs are understood as another reader understands them, or
 * refused in constant words.
 */
public final class RequestBodiesFuzz {
    private static final JsonMapper OTHER = JsonMapper.builder().build();
    private static final String INSECURE = "insecure-skip-tls-verify";

    private RequestBodiesFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        try {
            ExecInfo info = ExecInfo.parse(data);
            if (data.length > 0) {
                compare(info, OTHER.readTree(strictly(data)));
            }
        } catch (RequestRefused refused) {
            checkRefusal(refused, data);
        }
        try {
            LoginBody.parse(data);
        } catch (RequestRefused refused) {
            checkRefusal(refused, data);
        }
        try {
            FormFields form = FormFields.parse("application/x-www-form-urlencoded", data);
            compare(form, new String(data, StandardCharsets.ISO_8859_1));
            TokenForm.of(form);
        } catch (RequestRefused refused) {
            checkRefusal(refused, data);
        }
    }

    /** No parameter is read otherwise than Java reads it, but for the newline that a file ends in. */
    private static void compare(FormFields form, String text) {
        for (String pair : text.isEmpty() ? new String[0] : text.split("&", -1)) {
            String[] parts = pair.split("=", 2);
            String value = parts.length == 1 ? "" : URLDecoder.decode(parts[1], StandardCharsets.UTF_8);
            String trimmed = value.replaceFirst("\\r?\\n\\z", "");
            String read = form.get(URLDecoder.decode(parts[0], StandardCharsets.UTF_8));
            if (!trimmed.equals(read == null ? "" : read)) {
                throw new AssertionError("a parameter was read as another value");
            }
        }
    }

    private static String strictly(byte[] data) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(data))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new AssertionError("accepted what is no UTF-8", e);
        }
    }

    /** A verification that is off must never be overlooked, and the server is what the token is chosen by. */
    private static void compare(ExecInfo info, JsonNode json) {
        JsonNode cluster = json.path("spec").path("cluster");
        JsonNode server = cluster.path("server");
        boolean isSame = info.skipsVerification() == cluster.path(INSECURE).asBoolean(false)
                && info.hasCluster() == cluster.isObject()
                && Objects.equals(info.server(), server.isString() ? server.stringValue() : null);
        if (!isSame) {
            throw new AssertionError(info + " was read from " + json);
        }
    }

    private static void checkRefusal(RequestRefused refused, byte[] data) {
        String detail = refused.problem().detail();
        String input = new String(data, StandardCharsets.ISO_8859_1);
        for (String word : input.split("[^A-Za-z0-9]+", -1)) {
            // A word as long as a secret that is no part of the sentence on its own.
            if (word.length() >= 16 && detail.contains(word)) {
                throw new AssertionError("a refusal repeats its input: " + detail);
            }
        }
    }
}
