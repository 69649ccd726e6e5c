package dev.iambroker.it.harness;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One HTTP answer. */
public record Answer(int status, String head, String body) {
    public JsonNode json() {
        return JsonMapper.shared().readTree(body);
    }

    /** A member of the body by name, as text. */
    public String text(String member) {
        return json().path(member).asString("");
    }
}
