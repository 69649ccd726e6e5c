package dev.iambroker.server.iam;

import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an error says of itself, in whichever shape it came: IAM's token endpoint, IAM's management interfaces, RFC 6749
 * section 5.2, the containers service. Still in the other side's words: see {@link Redactor}.
 *
 * @param code null where there is none, as in a proxy's HTML
 * @param requestId by which IBM's support finds it
 */
record ErrorBody(
        @Nullable String code,
        @Nullable String words,
        @Nullable String requestId) {
    private static final ErrorBody NOTHING = new ErrorBody(null, null, null);

    static ErrorBody of(byte[] body) {
        JsonNode json = JsonAnswer.object(body);
        return json == null ? NOTHING : of(json);
    }

    static ErrorBody of(JsonNode json) {
        JsonNode nested = json.path("errors").path(0);
        return new ErrorBody(
                firstOf(json, nested, "errorCode", "code", "error"),
                firstOf(json, nested, "errorDetails", "errorMessage", "description", "error_description", "message"),
                requestId(json));
    }

    private static @Nullable String firstOf(JsonNode json, JsonNode nested, String... names) {
        for (String name : names) {
            String value = JsonAnswer.text(json, name);
            String inner = value == null ? JsonAnswer.text(nested, name) : value;
            if (inner != null) {
                return inner;
            }
        }
        return null;
    }

    private static @Nullable String requestId(JsonNode json) {
        String ofContext = JsonAnswer.text(json.path("context"), "requestId");
        return ofContext == null ? JsonAnswer.text(json, "incidentID") : ofContext;
    }
}
