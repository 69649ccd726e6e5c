package dev.iambroker.server.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * KUBERNETES_EXEC_INFO and login bodies are understood as another JSON reader understands them, or refused in constant
 * words.
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
