package dev.iambroker.server.http;

import dev.iambroker.policy.Decision;
import dev.iambroker.policy.Explanation;
import dev.iambroker.policy.Explanation.Step;
import dev.iambroker.policy.Terms;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How the policy came to its decision, as JSON. */
public final class ExplainJson {
    private ExplainJson() {}

    public static byte[] bytes(Explanation explanation) {
        JsonText json = new JsonText();
        write(explanation, json);
        return json.bytes();
    }

    static void write(Explanation explanation, JsonText json) {
        Decision decision = explanation.decision();
        json.beginObject()
                .member("decision", decision instanceof Decision.Allow ? "allow" : "deny")
                .member("rule", decision.rule())
                .member("reason", decision instanceof Decision.Deny deny ? deny.reason() : null);
        terms(decision instanceof Decision.Allow allow ? allow.terms() : Terms.NONE, json);
        json.name("rules").beginArray();
        for (Step step : explanation.steps()) {
            json.beginObject()
                    .member("rule", step.rule())
                    .member("outcome", step.outcome().word())
                    .member("why", step.why())
                    .endObject();
        }
        json.endArray().endObject();
    }

    private static void terms(Terms terms, JsonText json) {
        Duration maxTtl = terms.maxTtl();
        AccountJson.span("max_ttl_seconds", maxTtl, json);
        json.member("rate", textOf(terms.rate())).member("expires_at", terms.expires());
    }

    private static @Nullable String textOf(@Nullable Object value) {
        return value == null ? null : value.toString();
    }
}
